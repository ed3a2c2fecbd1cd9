import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { Dialer } from '../../src/dialers/dialer.ts';
import { LineRegistry } from '../../src/lines/line-registry.ts';
import { CarrierWatch } from '../../src/worker/carrier-watch.ts';
import { eventually } from '../support/api.ts';
import {
  answered,
  attempt,
  dial,
  endOf,
  HeardEvents,
  IDENTITY,
  liveKitForTest,
  QUICK,
  ROOM,
} from './livekit-support.ts';
import { following } from './simulator-support.ts';

const [ANSWERS, RINGS, TALKS] = ['0001', '0003', '0012'];

/** A process that has somebody on the line, and is gone. */
async function diesWhileTalking(dying: Dialer): Promise<void> {
  await dying.place(dial(TALKS));
  const call = following(dying, IDENTITY);
  await answered(call);
  dying.close();
  await call.done;
}

describe('a process that takes over', () => {
  test('from one that died between its record and the dial finds the call never placed, and dials it once', async () => {
    const { stub, open } = await liveKitForTest();
    const dying = open();
    stub.onAnswer = (method, body) => {
      if (method === 'CreateRoom' && body['name'] === `${ROOM}-dialed`) dying.close();
    };
    await dying.place(dial(ANSWERS));
    await eventually(
      () => Promise.resolve(stub.roomNames),
      (names) => names.includes(`${ROOM}-dialed`),
    );
    const next = open();
    expect(await next.find(attempt())).toEqual({ state: 'never-placed' });
    expect(stub.dials(IDENTITY)).toBe(0);
    await next.place(dial(ANSWERS));
    await endOf(next);
    expect(stub.dials(IDENTITY)).toBe(1);
  });

  test.each([
    ['waits for its agent still', 3_000],
    ['gives its agent up meanwhile', 300],
  ])('from one that is cut off and %s is the only one that dials, and keeps its rooms', async (_, agentMs) => {
    const { stub, open } = await liveKitForTest();
    const cutOff = open({ agentName: 'never-comes', timing: { ...QUICK, agentMs } });
    let isCutOff = false;
    const confirm = () => (isCutOff ? Promise.reject(new Error('Temporal does not answer')) : Promise.resolve());
    await cutOff.place(dial(TALKS), confirm);
    const left = following(cutOff, IDENTITY);
    isCutOff = true;
    const next = open({ agentName: 'slow-assistant', timing: { ...QUICK, agentMs: 3_000 } });
    expect(await next.find(attempt())).toEqual({ state: 'never-placed' });
    await next.place(dial(TALKS));
    const call = following(next, IDENTITY);
    await answered(call);
    await sleep(3 * QUICK.agentLookMs);
    expect(stub.dials(IDENTITY)).toBe(1);
    expect(stub.person(ROOM)).toBeDefined();
    expect(left.progress).toEqual([]);
    expect(stub.roomNames).toContain(ROOM);
  });

  test.each([
    ['its agent', 0, ROOM],
    ['the moment to dial', 1, `${ROOM}-dialed`],
  ])(
    'from itself finds a call that waits for %s never placed, since who waits has lost it, and dials it once',
    async (_, sureTimes, awaited) => {
      const { stub, open } = await liveKitForTest();
      const dialer = open();
      let asked = 0;
      const confirm = () =>
        (asked += 1) <= sureTimes ? Promise.resolve() : Promise.reject(new Error('another run has it'));
      await dialer.place(dial(TALKS), confirm);
      const left = following(dialer, IDENTITY);
      await eventually(
        () => Promise.resolve(stub.roomNames),
        (names) => names.includes(awaited),
      );
      expect(await dialer.find(attempt())).toEqual({ state: 'never-placed' });
      await left.done;
      expect(left.progress).toEqual([]);
      await dialer.place(dial(TALKS));
      await answered(following(dialer, IDENTITY));
      expect(stub.dials(IDENTITY)).toBe(1);
    },
  );

  test('and finds a call that ended unseen does not say that it was never placed, even without webhooks', async () => {
    const { stub, open } = await liveKitForTest();
    const dying = open();
    // Nobody is there any more to hear it.
    stub.loseAnswers(true);
    await dying.place(dial(RINGS));
    await eventually(
      () => Promise.resolve(stub.dials(IDENTITY)),
      (dials) => dials > 0,
    );
    dying.close();
    stub.person(ROOM)?.leave(12);
    expect(await open().find(attempt())).toEqual({ state: 'unknown' });
  });

  test('and finds it answered, knows it as answered, even if it is over before it is followed', async () => {
    const { stub, open } = await liveKitForTest();
    const dying = open();
    stub.loseAnswers(true);
    await dying.place(dial(TALKS));
    const isActive = () => Promise.resolve(stub.person(ROOM)?.attributes['sip.callStatus'] === 'active');
    await eventually(
      () => Promise.resolve(stub.dials(IDENTITY)),
      (dials) => dials > 0,
    );
    dying.close();
    await eventually(isActive, (is) => is);
    const next = open();
    expect(await next.find(attempt())).toMatchObject({ state: 'live', answeredTime: expect.any(String) as string });
    stub.person(ROOM)?.hangUp();
    await eventually(
      () => Promise.resolve(stub.roomNames),
      (names) => !names.includes(ROOM),
    );
    expect(await endOf(next)).toMatchObject({ disposition: 'answered' });
  });

  test('learns how a call ended unseen from LiveKit’s webhook', async () => {
    const { stub, open } = await liveKitForTest();
    const events = new HeardEvents();
    await diesWhileTalking(open());
    stub.person(ROOM)?.hangUp();
    const time = new Date().toISOString();
    events.tell({ identity: IDENTITY, name: 'ended', time, data: { status: 'hangup', reason: 1 } });
    const found = await open({ events }).find(attempt());
    expect(found).toMatchObject({ state: 'ended', end: { disposition: 'answered', endedTime: time } });
  });

  test('tells no call as over before it was answered, whatever the clock of the webhook says', async () => {
    const { stub, open } = await liveKitForTest();
    const events = new HeardEvents();
    await diesWhileTalking(open());
    stub.person(ROOM)?.hangUp();
    const time = new Date(Date.now() - 10_000).toISOString();
    events.tell({ identity: IDENTITY, name: 'ended', time, data: { status: 'hangup', reason: 1 } });
    const end = await endOf(open({ events }));
    expect(end).toMatchObject({ disposition: 'answered', endedTime: end.answeredTime });
  });

  test('from one whose agent was on the way when LiveKit crashed finds the call never placed', async () => {
    const { stub, open } = await liveKitForTest();
    const dying = open({ agentName: 'never-comes' });
    await dying.place(dial(ANSWERS));
    dying.close();
    stub.crash();
    const next = open();
    expect(await next.find(attempt())).toEqual({ state: 'never-placed' });
    await next.place(dial(ANSWERS));
    expect(await endOf(next)).toMatchObject({ disposition: 'answered' });
    expect(stub.dials(IDENTITY)).toBe(1);
  });

  test('gives back the line of a call that has ended, and is forgotten, before it could be followed', async () => {
    const { stub, open } = await liveKitForTest();
    await diesWhileTalking(open());
    const [next, lines] = [open(), new LineRegistry(1)];
    expect(await next.live()).toEqual([IDENTITY]);
    for (const room of [ROOM, `${ROOM}-dialed`]) stub.expire(room);
    const watch = new CarrierWatch(next, lines, () => Promise.resolve(true), pino({ level: 'silent' }));
    watch.add(IDENTITY);
    expect(lines.busy).toBe(1);
    await eventually(
      () => Promise.resolve(lines.busy),
      (busy) => busy === 0,
    );
    watch.stop();
  });

  test('hears at once that a call is over, where LiveKit tells it', async () => {
    const { stub, open } = await liveKitForTest();
    const events = new HeardEvents();
    const dialer = open({ events });
    await dialer.place(dial(TALKS));
    const call = following(dialer, IDENTITY);
    await answered(call);
    const time = new Date(Date.now() + 1).toISOString();
    events.tell({ identity: IDENTITY, name: 'ended', time, data: { status: 'hangup', reason: 1 } });
    await call.done;
    expect(call.progress.at(-1)).toMatchObject({ end: { disposition: 'answered', endedTime: time } });
    await eventually(
      () => Promise.resolve(stub.person(ROOM)),
      (person) => person === undefined,
    );
  });

  test('after longer than LiveKit keeps its record cannot say', async () => {
    const { open } = await liveKitForTest();
    expect(await open().find(attempt(Date.now() - 3_600_000))).toEqual({ state: 'unknown' });
  });

  test('does not count calls that a crashed server has left behind, nor wait for them for ever', async () => {
    const { stub, open } = await liveKitForTest();
    const dying = open();
    await dying.place(dial(TALKS));
    const first = following(dying, IDENTITY);
    await answered(first);
    dying.close();
    await first.done;
    stub.crash();
    const next = open();
    expect(await next.live()).toEqual([IDENTITY]);
    expect(await endOf(next)).toMatchObject({ disposition: 'answered' });
    expect(await next.live()).toEqual([]);
  });

  test('finds a call that has lasted longer than its record is kept, and does not hang up on it', async () => {
    const { stub, open } = await liveKitForTest();
    const dying = open();
    await dying.place(dial(TALKS));
    const first = following(dying, IDENTITY);
    await answered(first);
    dying.close();
    await first.done;
    stub.expire(`${ROOM}-dialed`);
    const next = open();
    expect(await next.live()).toEqual([IDENTITY]);
    expect(await next.find(attempt(Date.now() - 7_200_000))).toMatchObject({ state: 'live' });
    expect(stub.person(ROOM)).toBeDefined();
    await next.hangUp(IDENTITY);
    expect(stub.dials(IDENTITY)).toBe(1);
  });

  test('counts the calls of its own trunk alone', async () => {
    const { open } = await liveKitForTest();
    const dialer = open();
    await dialer.place(dial(TALKS));
    await answered(following(dialer, IDENTITY));
    expect(await open().live()).toEqual([IDENTITY]);
    expect(await open({ trunk: 'other' }).live()).toEqual([]);
    expect(await open({ orgId: 'other' }).live()).toEqual([]);
  });
});
