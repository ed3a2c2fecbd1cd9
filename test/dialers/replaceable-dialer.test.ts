import { describe, expect, test } from 'vitest';
import type { AttemptRef, Dialer, DialRequest, Found, Progress } from '../../src/dialers/dialer.ts';
import { ReplaceableDialer } from '../../src/dialers/replaceable-dialer.ts';

const END: Progress = { step: 'ended', end: { disposition: 'answered' } as never };

/** A carrier of which the test says when a call ends. It knows the calls that it was asked to place, and no others. */
class Carrier implements Dialer {
  readonly asked: string[] = [];
  isClosed = false;
  isGone = false;
  readonly #ends = new Map<string, () => void>();
  readonly #live: readonly string[] | null;

  constructor(live: readonly string[] | null = []) {
    this.#live = live;
  }

  place({ identity }: DialRequest): Promise<void> {
    this.asked.push(`place ${identity}`);
    return identity === 'refused' ? Promise.reject(new Error('no capacity')) : Promise.resolve();
  }

  async *follow(identity: string, signal: AbortSignal): AsyncGenerator<Progress, void, undefined> {
    this.asked.push(`follow ${identity}`);
    await new Promise<void>((resolve) => {
      const others = this.#ends.get(identity);
      this.#ends.set(identity, () => (others?.(), resolve()));
      signal.addEventListener('abort', () => resolve());
    });
    if (!signal.aborted) yield END;
  }

  find({ identity }: AttemptRef): Promise<Found> {
    this.asked.push(`find ${identity}`);
    return Promise.resolve({ state: 'unknown' });
  }

  hangUp(identity: string): Promise<void> {
    this.asked.push(`hang up ${identity}`);
    return Promise.resolve();
  }

  live(): Promise<readonly string[] | null> {
    return this.isGone ? Promise.reject(new Error('cannot be reached')) : Promise.resolve(this.#live);
  }

  describe(): string {
    return 'carrier';
  }

  close(): void {
    this.isClosed = true;
  }

  end(identity: string): void {
    this.#ends.get(identity)?.();
  }
}

const request = (identity: string): DialRequest => ({
  identity,
  endpoint: '+15550100001',
  callerId: null,
  agentId: 'demo',
  voiceAgent: null,
  displayName: null,
  prompt: null,
  variables: {},
  ringTimeoutMs: 1,
  maxDurationMs: 1,
});

const attempt = (identity: string): AttemptRef => ({
  identity,
  endpoint: '+15550100001',
  callerId: null,
  since: '2026-11-24T09:00:00.000Z',
});

/** Follows a call; resolves with whether it was told its end. */
async function follow(dialer: Dialer, identity: string, signal = new AbortController().signal): Promise<boolean> {
  for await (const { step } of dialer.follow(identity, signal)) if (step === 'ended') return true;
  return false;
}

describe('a dialer that is replaced', () => {
  test('keeps the calls that it has to their end, while new ones go to the other', async () => {
    const [first, second] = [new Carrier(), new Carrier()];
    const dialer = new ReplaceableDialer(first);
    await dialer.place(request('a'));
    const ended = follow(dialer, 'a');
    await dialer.place(request('b')); // not followed yet

    dialer.replace(second);
    await dialer.place(request('c'));
    await dialer.find(attempt('a'));
    await dialer.hangUp('b');
    const endedB = follow(dialer, 'b');
    await dialer.hangUp('c');
    await dialer.find(attempt('unheard of'));
    expect(first.asked).toEqual(['place a', 'follow a', 'place b', 'find a', 'hang up b', 'follow b']);
    expect(second.asked).toEqual(['place c', 'hang up c', 'find unheard of']);

    first.end('a');
    expect([await ended, first.isClosed]).toEqual([true, false]);
    first.end('b');
    expect([await endedB, first.isClosed, second.isClosed]).toEqual([true, true, false]);
  });

  test('is closed at once without a call, and not before the last of those who follow one has left', async () => {
    const [first, second, third] = [new Carrier(), new Carrier(), new Carrier()];
    const dialer = new ReplaceableDialer(first);
    await expect(dialer.place(request('refused'))).rejects.toThrow('no capacity');
    dialer.replace(second);
    expect(first.isClosed).toBe(true);

    await dialer.place(request('a'));
    const leaving = new AbortController();
    const [left, stays] = [follow(dialer, 'a', leaving.signal), follow(dialer, 'a')];
    dialer.replace(third);
    leaving.abort();
    expect([await left, second.isClosed]).toEqual([false, false]);
    second.end('a');
    expect([await stays, second.isClosed]).toEqual([true, true]);
  });

  test('counts what is live with either of them, and does not know where one of them does not', async () => {
    const dialer = new ReplaceableDialer(new Carrier(['a', 'b']));
    await dialer.place(request('a'));
    dialer.replace(new Carrier(['b', 'c']));
    expect(await dialer.live()).toEqual(['b', 'c', 'a']);
    await dialer.place(request('c'));
    dialer.replace(new Carrier(null));
    expect(await dialer.live()).toBeNull();
  });

  test('counts what it has in progress with one that is gone, and not without the newest, which has to answer', async () => {
    const [gone, newest] = [new Carrier(['a', 'b', 'c']), new Carrier(['d'])];
    const dialer = new ReplaceableDialer(gone);
    await dialer.place(request('a'));
    const ended = follow(dialer, 'a');
    await dialer.place(request('b')); // not followed yet
    dialer.replace(newest);
    gone.isGone = true;
    expect(await dialer.live()).toEqual(['d', 'b', 'a']);
    newest.isGone = true;
    await expect(dialer.live()).rejects.toThrow('cannot be reached');
    gone.end('a');
    await ended;
  });

  test('is closed with all that came before it', async () => {
    const [first, second] = [new Carrier(), new Carrier()];
    const dialer = new ReplaceableDialer(first);
    await dialer.place(request('a'));
    dialer.replace(second);
    dialer.close();
    expect([first.isClosed, second.isClosed]).toEqual([true, true]);
  });
});
