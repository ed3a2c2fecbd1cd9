import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Disposition } from '../../src/contract/call.ts';
import {
  type AttemptRef,
  type Dialer,
  type DialRequest,
  type Found,
  ProviderUnavailable,
} from '../../src/dialers/dialer.ts';
import { toInstant } from '../../src/domain/instant.ts';
import { eventually } from '../support/api.ts';
import { following, stepsOf } from './simulator-support.ts';

/** A provider that a dialer is tried on, and the processes around it. */
export interface DialerWorld {
  /** The dialer of a process that has just started: it shares nothing with those before it but the provider. */
  open(): Dialer;
  /** An endpoint for each disposition that the provider can tell. */
  readonly ends: Readonly<Partial<Record<Disposition, string>>>;
  /** How long it may ring, in milliseconds: so that the tests need not wait long. */
  readonly ringTimeoutMs: number;
  /** An endpoint that rings for as long as it may. */
  readonly rings: string;
  /** An endpoint that is answered soon, and talks until it is hung up on. */
  readonly talks: string;
  /**
   * The endpoint that an attempt dials in the place of one of the above, where the provider tells calls apart by their
   * number: then each attempt has one of its own.
   */
  readonly endpointOf?: (identity: string, endpoint: string) => string;
  /** How often the provider has dialed an attempt. */
  dials(identity: string): Promise<number> | number;
  /** Whether {@link Dialer.live} tells. */
  readonly tellsLive: boolean;
  /** Null for a provider that is not asked over a network. */
  readonly outage: ProviderOutage | null;
  close(): Promise<void>;
}

/** What can happen to a provider that is asked over a network. */
export interface ProviderOutage {
  /** Nobody listens any more. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** From now on it dials what it is asked to, and the answers to that get lost: connections break. */
  loseAnswers(isLost: boolean): void;
}

let calls = 0;
const newIdentity = (): string => `0190aaaa-0000-7000-8000-${String((calls += 1)).padStart(12, '0')}.1`;

/** What every dialer keeps to. @param name of the dialer @param openWorld its provider, up */
export function dialerContract(name: string, openWorld: () => Promise<DialerWorld>): void {
  let world: DialerWorld;
  let began: string;
  const opened: Dialer[] = [];

  const open = (): Dialer => {
    const dialer = world.open();
    opened.push(dialer);
    return dialer;
  };
  const endpointOf = (identity: string, endpoint: string): string => world.endpointOf?.(identity, endpoint) ?? endpoint;
  const request = (identity: string, endpoint: string): DialRequest => ({
    identity,
    endpoint: endpointOf(identity, endpoint),
    callerId: '+14155550100',
    agentId: 'demo',
    voiceAgent: null,
    displayName: null,
    prompt: 'Hello Ada',
    variables: { name: 'Ada' },
    ringTimeoutMs: world.ringTimeoutMs,
    maxDurationMs: 60_000,
  });
  const attempt = (identity: string, endpoint: string): AttemptRef => ({
    identity,
    endpoint: endpointOf(identity, endpoint),
    callerId: '+14155550100',
    since: began,
  });
  /** Asks until the provider knows, as a takeover does. */
  const found = (dialer: Dialer, ref: AttemptRef, isIt: (found: Found) => boolean): Promise<Found> =>
    eventually(() => dialer.find(ref), isIt);
  /** A voice agent may have to be there first. */
  const dialed = (identity: string): Promise<number> =>
    eventually(
      async () => await world.dials(identity),
      (dials) => dials > 0,
    );

  beforeAll(async () => {
    began = toInstant(Date.now() - 1_000);
    world = await openWorld();
  });
  afterEach(() => {
    for (const dialer of opened.splice(0)) dialer.close();
  });
  afterAll(() => world.close());

  describe(`a call that is placed with ${name}`, () => {
    test('is told to its end, whichever it is, and is dialed once', async () => {
      const dialer = open();
      const ends = Object.entries(world.ends).map(async ([disposition, endpoint]) => {
        const identity = newIdentity();
        await dialer.place(request(identity, endpoint));
        const { progress, done } = following(dialer, identity);
        await done;
        const dials = await world.dials(identity);
        return { disposition, dials, last: progress.at(-1), steps: stepsOf(progress) };
      });
      for (const { disposition, dials, last, steps } of await Promise.all(ends)) {
        expect(last, disposition).toMatchObject({ step: 'ended', end: { disposition } });
        expect(dials, disposition).toBeLessThanOrEqual(1);
        expect(steps.includes('answered'), disposition).toBe(['answered', 'voicemail'].includes(disposition));
        if (last?.step === 'ended') {
          expect(Date.parse(last.end.endedTime), disposition).toBeGreaterThanOrEqual(Date.parse(last.end.startedTime));
          expect(last.end.answeredTime !== null, disposition).toBe(steps.includes('answered'));
        }
      }
    });

    test('stops ringing when it is hung up, and ends as one that nobody answered', async () => {
      const [dialer, identity] = [open(), newIdentity()];
      await dialer.place(request(identity, world.rings));
      const { progress, done } = following(dialer, identity);
      await dialed(identity);
      await found(dialer, attempt(identity, world.rings), ({ state }) => state === 'live');
      await dialer.hangUp(identity);
      await done;
      expect(progress.at(-1)).toMatchObject({ step: 'ended', end: { disposition: 'no-answer', answeredTime: null } });
      await found(open(), attempt(identity, world.rings), ({ state }) => state !== 'live');
    });

    test('ends when it is hung up while somebody talks, as one that was answered', async () => {
      const [dialer, identity] = [open(), newIdentity()];
      await dialer.place(request(identity, world.talks));
      const { progress, done } = following(dialer, identity);
      await eventually(
        () => Promise.resolve(stepsOf(progress)),
        (steps) => steps.includes('answered'),
      );
      await dialer.hangUp(identity);
      await done;
      expect(progress.at(-1)).toMatchObject({ step: 'ended', end: { disposition: 'answered' } });
    });

    test('goes on when its follower leaves, and is told to the next from where it stands', async () => {
      const [dialer, identity] = [open(), newIdentity()];
      await dialer.place(request(identity, world.talks));
      const leaving = new AbortController();
      const first = following(dialer, identity, leaving.signal);
      await eventually(
        () => Promise.resolve(stepsOf(first.progress)),
        (steps) => steps.includes('answered'),
      );
      leaving.abort();
      await first.done;
      const second = following(dialer, identity);
      await eventually(
        () => Promise.resolve(stepsOf(second.progress)),
        (steps) => steps.includes('answered'),
      );
      await dialer.hangUp(identity);
      await second.done;
      expect(stepsOf(second.progress)).toEqual(['answered', 'ended']);
      expect(await world.dials(identity)).toBe(1);
    });
  });

  describe(`a process that takes over from one that died with ${name}`, () => {
    test('before it asked the provider, learns that nothing was dialed', async () => {
      const identity = newIdentity();
      expect(await open().find(attempt(identity, world.talks))).toEqual({ state: 'never-placed' });
    });

    test('after it did, follows the call to its end and can hang it up', async () => {
      const [dying, identity] = [open(), newIdentity()];
      await dying.place(request(identity, world.talks));
      await dialed(identity);
      dying.close();
      const next = open();
      const ref = attempt(identity, world.talks);
      const live = await found(next, ref, (one) => one.state === 'live' && one.answeredTime !== null);
      expect(live).toMatchObject({ state: 'live', startedTime: expect.any(String) as string });
      if (world.tellsLive) expect(await next.live()).toContain(identity);
      else expect(await next.live()).toBeNull();
      const { progress, done } = following(next, identity);
      await next.hangUp(identity);
      await done;
      expect(progress.at(-1)).toMatchObject({ step: 'ended', end: { disposition: 'answered' } });
      if (world.tellsLive) expect(await next.live()).not.toContain(identity);
      expect(await world.dials(identity)).toBe(1);
    });

    test('and finds the call over, never says that it was not placed', async () => {
      const [dying, identity] = [open(), newIdentity()];
      const endpoint = world.ends.answered ?? world.talks;
      await dying.place(request(identity, endpoint));
      await following(dying, identity).done;
      dying.close();
      const { state } = await open().find(attempt(identity, endpoint));
      expect(['ended', 'unknown']).toContain(state);
    });
  });

  describe(`a provider that cannot be asked with ${name}`, () => {
    test('is not said to have dialed: nobody was rung, and the same attempt is dialed once it is up', async () => {
      if (world.outage === null) return expect(world.open().describe()).toContain('simulator');
      const [dialer, identity] = [open(), newIdentity()];
      await world.outage.down();
      await expect(dialer.place(request(identity, world.talks))).rejects.toThrow(ProviderUnavailable);
      await expect(open().find(attempt(identity, world.talks))).rejects.toThrow();
      await world.outage.up();
      expect(await world.dials(identity)).toBe(0);
      await dialer.place(request(identity, world.talks));
      const { done } = following(dialer, identity);
      await dialed(identity);
      await dialer.hangUp(identity);
      await done;
      expect(await world.dials(identity)).toBe(1);
    });

    test('and does not say whether it dialed, is never asked a second time: the call turns up, or is uncertain', async () => {
      if (world.outage === null) return expect(world.open().describe()).toContain('simulator');
      const [dialer, identity] = [open(), newIdentity()];
      world.outage.loseAnswers(true);
      await dialer.place(request(identity, world.ends.answered ?? world.talks));
      world.outage.loseAnswers(false);
      const { progress, done } = following(dialer, identity);
      await done;
      expect(progress.at(-1)).toMatchObject({ step: 'ended' });
      const last = progress.at(-1);
      expect(['answered', 'uncertain']).toContain(last?.step === 'ended' ? last.end.disposition : null);
      expect(await world.dials(identity)).toBe(1);
    });

    test('is asked again by who follows a call, once it is back', async () => {
      if (world.outage === null) return expect(world.open().describe()).toContain('simulator');
      const [dialer, identity] = [open(), newIdentity()];
      await dialer.place(request(identity, world.talks));
      const { progress, done } = following(dialer, identity);
      await dialed(identity);
      await found(dialer, attempt(identity, world.talks), (one) => one.state === 'live' && one.answeredTime !== null);
      await world.outage.down();
      await expect(dialer.hangUp(identity)).rejects.toThrow();
      await world.outage.up();
      // As who follows it does: a connection from before the outage may break under the first request.
      const isTaken = () =>
        dialer.hangUp(identity).then(
          () => true,
          () => false,
        );
      await eventually(isTaken, (is) => is);
      await done;
      expect(progress.at(-1)).toMatchObject({ step: 'ended', end: { disposition: 'answered' } });
    });
  });
}
