import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { readHttpEvent } from '../../../src/api/dialer-events/http.ts';
import type { HttpDialerConfig } from '../../../src/config/types.ts';
import type { AttemptRef, DialRequest } from '../../../src/dialers/dialer.ts';
import { HttpDialer, type HttpDialerOptions } from '../../../src/dialers/http/dialer.ts';
import { PATIENCE } from '../../../src/dialers/http/watch.ts';
import { EventInbox } from '../../support/event-inbox.ts';
import { HttpPlatformStub } from '../../support/http-platform-stub.ts';

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

/** What the tests of a file dial through. */
export interface PlatformWorld {
  /** A platform that has heard of nothing before its test. */
  stub: HttpPlatformStub;
  inbox: EventInbox;
  /** A dialer to it. */
  dialer: HttpDialer;
  /** Dialers that are closed after the test. */
  readonly opened: HttpDialer[];
  /** Another one. @param more what its configuration has besides */
  readonly open: (more?: Partial<HttpDialerConfig>) => HttpDialer;
}

/** A platform for each test of a file, and a check that dialers that are closed listen to nothing any more. */
export function usePlatform(options: Partial<HttpDialerOptions> = {}): PlatformWorld {
  const world = { opened: [] as HttpDialer[], open } as unknown as PlatformWorld;
  function open(more: Partial<HttpDialerConfig> = {}): HttpDialer {
    const one = openDialer(world.stub.config(more), world.inbox, options);
    world.opened.push(one);
    return one;
  }
  beforeAll(async () => {
    world.inbox = await EventInbox.start(readHttpEvent);
  });
  beforeEach(async () => {
    world.stub = await HttpPlatformStub.start();
    world.dialer = open();
  });
  afterEach(async () => {
    for (const one of world.opened.splice(0)) one.close();
    expect(world.inbox.listeners, 'calls listened for by dialers that are closed').toBe(0);
    await world.stub.stop();
  });
  afterAll(() => world.inbox.stop());
  return world;
}

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
