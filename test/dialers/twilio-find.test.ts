import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toInstant } from '../../src/domain/instant.ts';
import type { AttemptRef } from '../../src/dialers/dialer.ts';
import { eventually } from '../support/api.ts';
import { CALLER_ID, newIdentity, numberOf, requestTo, SHORT_TIMES, TwilioWorld } from '../support/twilio-world.ts';
import { followed } from './simulator-support.ts';

let world: TwilioWorld;
beforeEach(async () => {
  world = await TwilioWorld.open();
});
afterEach(() => world.close());

/** One number that all attempts of a test dial. */
const NUMBER = numberOf(newIdentity(), '0012');
const ref = (identity: string, sinceMs = 1_000, endpoint = NUMBER): AttemptRef => ({
  identity,
  endpoint,
  callerId: CALLER_ID,
  since: toInstant(Date.now() - sinceMs),
});

/** A process dials, and dies. */
async function dialed(identity: string, endpoint = NUMBER): Promise<void> {
  const dying = world.dialer();
  await dying.place(requestTo(identity, '0012', { endpoint }));
  dying.close();
}

const told = (identity: string) =>
  eventually(
    () => world.events.of(identity),
    ({ length }) => length > 0,
  );

describe('an attempt whose callbacks have arrived', () => {
  test('is found at once, among others to the same number', async () => {
    const identities = [newIdentity(), newIdentity(), newIdentity()];
    for (const identity of identities) {
      await dialed(identity);
      await told(identity);
    }
    const next = world.dialer();
    const began = Date.now();
    for (const identity of identities) {
      expect(await next.find(ref(identity))).toMatchObject({ state: 'live' });
      await next.hangUp(identity);
      await followed(next, identity);
    }
    expect(Date.now() - began).toBeLessThan(2_000);
    expect(world.stub.calls.every(({ endedAt }) => endedAt !== null)).toBe(true);
  });

  test('is ended once it is over, with what its callback has said', async () => {
    const [identity, busy] = [newIdentity(), numberOf(newIdentity(), '0002')];
    await dialed(identity, busy);
    await eventually(
      () => world.events.of(identity),
      (events) => events.some(({ name }) => name === 'ended'),
    );
    expect(await world.dialer().find(ref(identity, 1_000, busy))).toMatchObject({
      state: 'ended',
      end: { disposition: 'busy', providerCode: '486', recordId: world.stub.calls[0]?.sid },
    });
  });
});

describe('an attempt whose call Twilio does not know any more', () => {
  /** As where it was deleted, or its trunk has moved to another account. */
  const forgetCalls = (): void => {
    for (const call of world.stub.calls.splice(0)) call.forget();
  };

  test('has ended as its callbacks have said', async () => {
    const [identity, answers] = [newIdentity(), numberOf(newIdentity(), '0001')];
    await dialed(identity, answers);
    const events = await eventually(
      () => world.events.of(identity),
      (all) => all.some(({ name }) => name === 'ended'),
    );
    forgetCalls();
    const began = events.find(({ name }) => name === 'ringing')?.time;
    const end = { disposition: 'answered', startedTime: began, answeredTime: expect.any(String) as string };
    expect(await world.dialer().find(ref(identity, 1_000, answers))).toMatchObject({ state: 'ended', end });
  });

  test('is unknown where they have not said how it ended, instead of being asked for without end', async () => {
    const identity = newIdentity();
    await dialed(identity);
    await told(identity);
    forgetCalls();
    expect(await world.dialer().find(ref(identity))).toEqual({ state: 'unknown' });
  });
});

describe('an attempt of which no callback has arrived', () => {
  beforeEach(() => {
    world.stub.tells = false;
  });

  test('is found by its number, its caller ID and its time', async () => {
    const identity = newIdentity();
    await dialed(identity);
    expect(await world.dialer().find(ref(identity))).toMatchObject({ state: 'live' });
    expect(world.stub.dials(identity)).toBe(1);
  });

  test('was never placed where such a call is older, or from another caller ID', async () => {
    const [older, other, identity] = [newIdentity(), newIdentity(), newIdentity()];
    await dialed(older);
    const from = world.dialer();
    await from.place(requestTo(other, '0012', { endpoint: NUMBER, callerId: '+14155550199' }));
    const later = { ...ref(identity), since: toInstant(Date.now() + SHORT_TIMES.slackMs + 2_000) };
    expect(await world.dialer({}, { listedMs: -10_000 }).find(later)).toEqual({ state: 'never-placed' });
  });

  test('is not said to be never placed as long as its request could still be on its way', async () => {
    const [next, identity] = [world.dialer(), newIdentity()];
    const began = Date.now();
    const found = next.find(ref(identity, 0));
    await new Promise((resolve) => setTimeout(resolve, 700));
    await dialed(identity);
    expect(await found).toMatchObject({ state: 'live' });
    expect(Date.now() - began).toBeGreaterThanOrEqual(SHORT_TIMES.listedMs);
  });

  test('is looked for twice at least, however long ago it began', async () => {
    const [next, identity] = [world.dialer(), newIdentity()];
    const found = next.find(ref(identity, 60_000));
    await eventually(
      () => Promise.resolve(world.stub.asked),
      ({ length }) => length > 0,
    );
    await dialed(identity);
    expect(await found).toMatchObject({ state: 'live' });
  });

  test('is not taken for a call that this process has placed for another', async () => {
    const [dialer, other, identity] = [world.dialer(), newIdentity(), newIdentity()];
    await dialer.place(requestTo(other, '0012', { endpoint: NUMBER }));
    expect(await dialer.find(ref(identity))).toEqual({ state: 'never-placed' });
  });

  test('cannot be told from others to the same number, and is unknown: nobody dials again', async () => {
    const [one, other] = [newIdentity(), newIdentity()];
    await dialed(one);
    await dialed(other);
    expect(await world.dialer().find(ref(one))).toEqual({ state: 'unknown' });
  });

  test('is told from others whose requests Twilio has, long after they have ended', async () => {
    const [other, identity] = [newIdentity(), newIdentity()];
    const dialer = world.dialer();
    for (const one of [other, identity]) {
      await dialer.place(requestTo(one, '0012', { endpoint: NUMBER }));
      await dialer.hangUp(one);
      await followed(dialer, one);
    }
    world.stub.requestsAfterMs = 0;
    for (const call of world.stub.calls) call.endedAt = Date.now() - 21 * 60_000;
    expect(await world.dialer().find(ref(identity))).toMatchObject({
      state: 'ended',
      end: { recordId: world.stub.calls[0]?.sid },
    });
    expect(await world.dialer().find(ref(newIdentity()))).toEqual({ state: 'never-placed' });
  });
});

test('the attempt before it, which ended seconds ago, is another one', async () => {
  const [first] = [newIdentity()];
  const second = first.replace(/1$/, '2');
  const dialer = world.dialer();
  await dialer.place(requestTo(first, '0012', { endpoint: NUMBER }));
  await told(first);
  dialer.close();
  expect(await world.dialer().find(ref(second))).toEqual({ state: 'never-placed' });
});

test('a call that this process still looks for is found when it turns up', async () => {
  world.stub.tells = false;
  const [dialer, identity] = [world.dialer(), newIdentity()];
  world.stub.loseAnswers(true);
  await dialer.place(requestTo(identity, '0012', { endpoint: NUMBER }));
  world.stub.loseAnswers(false);
  expect(await dialer.find(ref(identity))).toMatchObject({ state: 'live' });
});

test('nothing is said while Twilio, or what it told, cannot be asked', async () => {
  await world.stub.down();
  await expect(world.dialer().find(ref(newIdentity()))).rejects.toThrow('Twilio cannot be reached');
});
