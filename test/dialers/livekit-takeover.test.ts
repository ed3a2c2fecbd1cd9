import { describe, expect, test } from 'vitest';
import { eventually } from '../support/api.ts';
import { answered, attempt, dial, endOf, HeardEvents, IDENTITY, liveKitForTest, ROOM } from './livekit-support.ts';
import { following } from './simulator-support.ts';

const [ANSWERS, RINGS, TALKS] = ['0001', '0003', '0012'];

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
    const dying = open();
    await dying.place(dial(TALKS));
    const call = following(dying, IDENTITY);
    await answered(call);
    dying.close();
    await call.done;
    stub.person(ROOM)?.hangUp();
    const time = new Date().toISOString();
    events.tell({ identity: IDENTITY, name: 'ended', time, data: { status: 'hangup', reason: 1 } });
    const found = await open({ events }).find(attempt());
    expect(found).toMatchObject({ state: 'ended', end: { disposition: 'answered', endedTime: time } });
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
