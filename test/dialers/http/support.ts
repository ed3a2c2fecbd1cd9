import { pino } from 'pino';
import type { HttpDialerConfig } from '../../../src/config/types.ts';
import type { AttemptRef, DialRequest } from '../../../src/dialers/dialer.ts';
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
  lateMs: 200,
  slackMs: 400,
  stuckMs: 400,
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
    timeoutMs: 10_000,
    patience: IMPATIENCE,
    ...more,
  });

let calls = 0;
/** An attempt that no other test has. */
export const newIdentity = (): string => `0190bbbb-0000-7000-8000-${String((calls += 1)).padStart(12, '0')}.1`;

export const request = (identity: string, endpoint: string, more: Partial<DialRequest> = {}): DialRequest => ({
  identity,
  endpoint,
  callerId: '+14155550100',
  agentId: 'demo',
  voiceAgent: 'ada',
  displayName: 'Northside',
  prompt: 'Hello Ada',
  variables: { name: 'Ada' },
  ringTimeoutMs: 20_000,
  maxDurationMs: 60_000,
  ...more,
});

export const attempt = (identity: string, since = new Date().toISOString()): AttemptRef => ({
  identity,
  endpoint: '+14155550001',
  callerId: null,
  since,
});
