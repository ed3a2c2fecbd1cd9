import { EventEmitter } from 'node:events';
import { afterEach } from 'vitest';
import type { Dialer, Progress } from '../../src/dialers/dialer.ts';
import { eventually } from '../support/api.ts';
import { followed, request, stepsOf } from './simulator-support.ts';
import type { DialerEvent } from '../../src/contract/dialer-event.ts';
import { LiveKitDialer, type LiveKitOptions } from '../../src/dialers/livekit/dialer.ts';
import { type Timing, TIMING } from '../../src/dialers/livekit/timing.ts';
import type { ProviderEvents } from '../../src/dialers/provider-events.ts';
import { LiveKitStub, STUB_KEY } from '../support/livekit-stub.ts';

/** As the dialer's own, in the measure of the stub's. */
export const QUICK: Timing = {
  ...TIMING,
  agentMs: 1_000,
  agentLookMs: 20,
  lookMs: 50,
  talkLookMs: 50,
  longestPauseMs: 200,
  graceMs: 1_000,
  newsMs: 300,
  aloneMs: 400,
  aloneRingingMs: 200,
};

/** Events as they reach a dialer, without the API and Temporal between. */
export class HeardEvents implements ProviderEvents {
  readonly #heard = new EventEmitter<Record<string, [DialerEvent]>>();
  readonly #stored: DialerEvent[] = [];

  tell(event: DialerEvent): void {
    this.#stored.push(event);
    this.#heard.emit(event.identity, event);
  }

  on(identity: string, listener: (event: DialerEvent) => void): () => void {
    this.#heard.on(identity, listener);
    return () => this.#heard.off(identity, listener);
  }

  of(identity: string): Promise<readonly DialerEvent[]> {
    return Promise.resolve(this.#stored.filter((event) => event.identity === identity));
  }
}

export function openLiveKit(stub: LiveKitStub, options: Partial<LiveKitOptions> = {}): LiveKitDialer {
  return new LiveKitDialer({
    url: stub.url,
    ...STUB_KEY,
    orgId: 'acme',
    trunk: 'phones',
    sipTrunkId: 'ST_stub',
    agentName: 'assistant',
    events: new HeardEvents(),
    token: ({ identity }) => Promise.resolve(`token-of-${identity}`),
    timing: QUICK,
    ...options,
  });
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A LiveKit of its own for one test, and dialers on it that are closed when the test ends. */
export async function liveKitForTest() {
  const stub = await LiveKitStub.start();
  cleanups.push(() => stub.close());
  const open = (options?: Partial<LiveKitOptions>): LiveKitDialer => {
    const dialer = openLiveKit(stub, options);
    cleanups.push(() => dialer.close());
    return dialer;
  };
  return { stub, open };
}

export const IDENTITY = '0190aaaa-0000-7000-8000-000000000001.2';
export const ROOM = `outdial-${IDENTITY}`;

export const dial = (digits: string, more: object = {}) => ({ ...request(IDENTITY, digits), ...more });
export const attempt = (since = Date.now() - 1_000) => ({
  identity: IDENTITY,
  endpoint: '+14155550012',
  callerId: null,
  since: new Date(since).toISOString(),
});
export const endOf = async (dialer: Dialer) => {
  const last = (await followed(dialer, IDENTITY)).at(-1);
  if (last?.step !== 'ended') throw new Error('the call has no end');
  return last.end;
};
export const answered = (call: { readonly progress: readonly Progress[] }) =>
  eventually(
    () => Promise.resolve(stepsOf(call.progress)),
    (steps) => steps.includes('answered'),
  );
