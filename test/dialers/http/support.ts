import { pino } from 'pino';
import type { HttpDialerConfig } from '../../../src/config/types.ts';
import { HttpDialer, type HttpDialerOptions } from '../../../src/dialers/http/dialer.ts';
import { PATIENCE } from '../../../src/dialers/http/watch.ts';
import type { EventInbox } from '../../support/event-inbox.ts';

/** Times that tests need not wait long for. */
export const IMPATIENCE = {
  ...PATIENCE,
  ringingMs: 30,
  talkingMs: 30,
  toldMs: 200,
  absentMs: 400,
  underwayMs: 150,
  slackMs: 400,
};

export const configOf = (url: string, more: Partial<HttpDialerConfig> = {}): HttpDialerConfig => ({
  type: 'http',
  url: `${url}/calls`,
  headers: {},
  secret: null,
  statusUrl: `${url}/calls/{identity}`,
  hangUpUrl: `${url}/calls/{identity}/hangup`,
  ...more,
});

export const openDialer = (
  config: HttpDialerConfig,
  inbox: EventInbox,
  more: Partial<HttpDialerOptions> = {},
): HttpDialer =>
  new HttpDialer({
    trunk: { orgId: 'default', trunk: 'voice' },
    config,
    events: inbox,
    callbackUrl: inbox.callbackUrl,
    log: pino({ level: 'silent' }),
    timeoutMs: 1_000,
    patience: IMPATIENCE,
    ...more,
  });
