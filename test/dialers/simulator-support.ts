import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';

import type { Dialer, DialRequest, Progress } from '../../src/dialers/dialer.ts';
import { readLedger, type EventLine, type LedgerLine, type PlaceLine } from '../../src/dialers/simulator/ledger.ts';
import { createSimulator, type Simulator } from '../../src/dialers/simulator/dialer.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

/** The path of a ledger that is not there yet, in a folder of its own that goes when the test ends. */
export function newLedgerPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'outdial-ledger-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  return join(folder, 'ledger.jsonl');
}

/** A simulator that is closed when the test ends. At speed 1000 a simulated second is a millisecond. */
export function openSimulator(ledgerPath: string, { speed = 1_000, trunk = 'demo' } = {}): Simulator {
  const simulator = createSimulator({ trunk, ledgerPath, speed });
  cleanups.push(() => simulator.close());
  return simulator;
}

export const request = (identity: string, digits: string): DialRequest => ({
  identity,
  endpoint: `+1415555${digits}`,
  callerId: null,
  agentId: 'demo',
  voiceAgent: null,
  displayName: null,
  prompt: 'Hello Ada',
  variables: { name: 'Ada' },
  ringTimeoutMs: 45_000,
  maxDurationMs: 3_600_000,
});

/** Everything that a dialer tells of a call from now on. */
export async function followed(dialer: Dialer, identity: string, signal?: AbortSignal) {
  const { progress, done } = following(dialer, identity, signal);
  await done;
  return progress;
}

/** A call that is followed, and what has been told of it so far. */
export function following(dialer: Dialer, identity: string, signal = new AbortController().signal) {
  const progress: Progress[] = [];
  const done = (async () => {
    for await (const step of dialer.follow(identity, signal)) progress.push(step);
  })();
  return { progress, done };
}

export const stepsOf = (progress: readonly Progress[]) => progress.map(({ step }) => step);

export function placeLine(identity: string, time: string, rest: Partial<PlaceLine> = {}): PlaceLine {
  return {
    time,
    event: 'place',
    identity,
    endpoint: '+14155550001',
    disposition: null,
    trunk: 'demo',
    ringTimeoutMs: 45_000,
    maxDurationMs: 3_600_000,
    speed: 1,
    ...rest,
  };
}

export function eventLine(
  event: EventLine['event'],
  identity: string,
  time: string,
  rest: Partial<EventLine> = {},
): EventLine {
  return { time, event, identity, endpoint: '+14155550001', disposition: null, trunk: 'demo', ...rest };
}

/** A ledger in short: `place a.1`. */
export const written = (path: string) => readLedger(path).map(({ event, identity }) => `${event} ${identity}`);

/** The times of its lines of some kinds. */
export const timesOf = (path: string, ...events: LedgerLine['event'][]) =>
  readLedger(path)
    .filter(({ event }) => events.includes(event))
    .map(({ event, time }) => [event, time]);

/** When a test begins that holds the clock. */
export const NOW = '2026-03-02T12:00:00.000Z';
export const after = (ms: number) => new Date(Date.parse(NOW) + ms).toISOString();

/**
 * Stops the clock for the tests of a file: it moves only by {@link pass}, so that a call of half a minute takes no time and
 * every instant is exact. Fails a test that leaves a timer behind.
 */
export function holdClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({
      now: Date.parse(NOW),
      toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    });
  });
  afterEach(() => {
    const left = vi.getTimerCount();
    vi.useRealTimers();
    expect(left, 'timers left behind').toBe(0);
  });
}

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
