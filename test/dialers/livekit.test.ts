import { describe, expect, test } from 'vitest';
import type { Dialer } from '../../src/dialers/dialer.ts';
import { eventually } from '../support/api.ts';
import { HeardEvents, liveKitForTest } from './livekit-support.ts';
import { followed, following, request, stepsOf } from './simulator-support.ts';

const IDENTITY = '0190aaaa-0000-7000-8000-000000000001.2';
const ROOM = `outdial-${IDENTITY}`;
const [ANSWERS, RINGS, TALKS] = ['0001', '0003', '0012'];

const dial = (digits: string, more: object = {}) => ({ ...request(IDENTITY, digits), ...more });
const attempt = (since = Date.now() - 1_000) => ({
  identity: IDENTITY,
  endpoint: '+14155550012',
  callerId: null,
  since: new Date(since).toISOString(),
});
const endOf = async (dialer: Dialer) => {
  const last = (await followed(dialer, IDENTITY)).at(-1);
  if (last?.step !== 'ended') throw new Error('the call has no end');
  return last.end;
};
const answered = (call: ReturnType<typeof following>) =>
  eventually(
    () => Promise.resolve(stepsOf(call.progress)),
    (steps) => steps.includes('answered'),
  );

describe('the voice agent', () => {
  test('is sent for by its name, with the prompt and variables, before anybody is rung', async () => {
    const { stub, open } = await liveKitForTest();
    const order: string[] = [];
    stub.onRequest = (method) => void order.push(method);
    const dialer = open();
    await dialer.place(dial(ANSWERS));
    await endOf(dialer);
    const [sent, toNobody] = stub.dispatches;
    expect(sent).toMatchObject({ room: ROOM, agentName: 'assistant' });
    expect(JSON.parse(sent?.metadata ?? '')).toEqual({
      callId: '0190aaaa-0000-7000-8000-000000000001',
      attempt: 2,
      agentId: 'demo',
      prompt: 'Hello Ada',
      variables: { name: 'Ada' },
    });
    // Without a name, LiveKit would send agents that join every room into the record's, too.
    expect(toNobody).toMatchObject({ agentName: 'outdial-nobody' });
    expect(stub.dispatches).toHaveLength(2);
    expect(order.indexOf('ListParticipants')).toBeLessThan(order.indexOf('CreateSIPParticipant'));
  });

  test('is the one that the request names', async () => {
    const { stub, open } = await liveKitForTest();
    await open().place(dial(RINGS, { voiceAgent: 'collector' }));
    expect(stub.dispatches[0]?.agentName).toBe('collector');
  });

  test.each(['nobody-of-this-name', 'slow-assistant'])(
    'that does not join in time (%s) is unavailable: nobody is rung, and its room is closed',
    async (voiceAgent) => {
      const { stub, open } = await liveKitForTest();
      const dialer = open();
      await dialer.place(dial(ANSWERS, { voiceAgent }));
      expect(await endOf(dialer)).toMatchObject({ disposition: 'agent-unavailable', answeredTime: null });
      expect(stub.dials(IDENTITY)).toBe(0);
      await eventually(
        () => Promise.resolve(stub.roomNames),
        (names) => !names.includes(ROOM),
      );
      expect(await open().find(attempt())).toMatchObject({ state: 'ended', end: { disposition: 'agent-unavailable' } });
    },
  );

  test('that leaves while it rings ends the call, which costs an attempt', async () => {
    const { stub, open } = await liveKitForTest();
    const dialer = open();
    await dialer.place(dial(RINGS));
    const call = following(dialer, IDENTITY);
    await eventually(
      () => Promise.resolve(stepsOf(call.progress)),
      (steps) => steps.includes('ringing'),
    );
    stub.agentLeaves(ROOM);
    await call.done;
    expect(call.progress.at(-1)).toMatchObject({ end: { disposition: 'failed', answeredTime: null } });
    expect(stub.person(ROOM)).toBeUndefined();
  });

  test('that leaves a person alone on the line has the call hung up; with a colleague it goes on', async () => {
    const { stub, open } = await liveKitForTest();
    const dialer = open();
    await dialer.place(dial(TALKS));
    const call = following(dialer, IDENTITY);
    await answered(call);
    stub.somebodyJoins(ROOM);
    stub.agentLeaves(ROOM);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(stub.person(ROOM)).toBeDefined();
    await dialer.hangUp(IDENTITY);
    await call.done;

    const second = await liveKitForTest();
    const other = second.open();
    await other.place(dial(TALKS));
    const alone = following(other, IDENTITY);
    await answered(alone);
    second.stub.agentLeaves(ROOM);
    await alone.done;
    const errorMessage = 'The voice agent left the person alone on the line';
    expect(alone.progress.at(-1)).toMatchObject({ end: { disposition: 'answered', errorMessage } });
  });

  test('that says it talks to a voicemail has that told', async () => {
    const { stub, open } = await liveKitForTest();
    const dialer = open();
    await dialer.place(dial(TALKS));
    const call = following(dialer, IDENTITY);
    await answered(call);
    stub.agentSays(ROOM, { 'outdial.disposition': 'voicemail' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    stub.person(ROOM)?.hangUp();
    await call.done;
    expect(call.progress.at(-1)).toMatchObject({ end: { disposition: 'voicemail' } });
  });
});

describe('a call', () => {
  test('that is hung up while the agent is awaited rings nobody', async () => {
    const { stub, open } = await liveKitForTest();
    const dialer = open();
    await dialer.place(dial(ANSWERS, { voiceAgent: 'slow-assistant' }));
    await dialer.hangUp(IDENTITY);
    expect(await endOf(dialer)).toMatchObject({ disposition: 'no-answer' });
    expect(stub.dials(IDENTITY)).toBe(0);
  });

  test('that is left before it was dialed is not dialed: the next process does', async () => {
    const { stub, open } = await liveKitForTest();
    const [dying, next] = [open(), open()];
    await dying.place(dial(ANSWERS));
    dying.close();
    expect(await next.find(attempt())).toEqual({ state: 'never-placed' });
    expect(stub.roomNames).toEqual([]);
    await next.place(dial(ANSWERS));
    expect(await endOf(next)).toMatchObject({ disposition: 'answered' });
    expect(stub.dials(IDENTITY)).toBe(1);
  });

  test('whose room another process has closed meanwhile is not dialed into one without an agent', async () => {
    const { stub, open } = await liveKitForTest();
    const frozen = open();
    stub.onAnswer = async (method, body) => {
      if (method !== 'CreateRoom' || body['name'] !== `${ROOM}-dialed`) return;
      stub.onAnswer = () => undefined;
      expect(await open().find(attempt())).toEqual({ state: 'never-placed' });
    };
    await frozen.place(dial(ANSWERS));
    expect(await endOf(frozen)).toMatchObject({ disposition: 'agent-unavailable' });
    expect(stub.dials(IDENTITY)).toBe(0);
  });

  test('is ended after its longest time, which counts from the answer', async () => {
    const { open } = await liveKitForTest();
    const dialer = open();
    await dialer.place(dial(TALKS, { maxDurationMs: 300 }));
    const { answeredTime, endedTime, disposition } = await endOf(dialer);
    expect(disposition).toBe('answered');
    expect(Date.parse(endedTime) - Date.parse(answeredTime ?? '')).toBeLessThan(1_000);
  });

  test('whose trunk cannot be reached costs no attempt, whether LiveKit is told so at once or never', async () => {
    for (const digits of ['0013', '0014']) {
      const { open } = await liveKitForTest();
      const dialer = open();
      await dialer.place(dial(digits, { ringTimeoutMs: 1_000 }));
      expect(await endOf(dialer), digits).toMatchObject({ disposition: 'carrier-rejected' });
    }
  });

  test('costs no attempt while no SIP bridge runs, or LiveKit goes away before the dial', async () => {
    const first = await liveKitForTest();
    first.stub.hasBridge = false;
    const dialer = first.open();
    await dialer.place(dial(ANSWERS));
    expect(await endOf(dialer)).toMatchObject({ disposition: 'carrier-rejected' });

    const second = await liveKitForTest();
    const other = second.open();
    await other.place(dial(ANSWERS));
    await second.stub.down();
    expect(await endOf(other)).toMatchObject({ disposition: 'carrier-rejected' });
    expect(second.stub.dials(IDENTITY)).toBe(0);
    await second.stub.up();
  });

  test('is refused with a wrong key as an end that costs no attempt and does not show the key', async () => {
    const { open } = await liveKitForTest();
    const dialer = open({ apiSecret: 'another-secret-that-is-long-enough-too' });
    await dialer.place(dial(ANSWERS));
    const end = await endOf(dialer);
    expect(end).toMatchObject({ disposition: 'carrier-rejected', errorMessage: 'LiveKit does not accept the API key' });
    expect(JSON.stringify(end)).not.toContain('another-secret');
  });
});

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
