import { describe, expect, test } from 'vitest';
import { ProviderUnavailable } from '../../src/dialers/dialer.ts';
import { eventually } from '../support/api.ts';
import { answered, attempt, dial, endOf, IDENTITY, liveKitForTest, QUICK, ROOM } from './livekit-support.ts';
import { following, stepsOf } from './simulator-support.ts';

const [ANSWERS, RINGS, TALKS] = ['0001', '0003', '0012'];

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

  test.each([
    ['answered', TALKS, 'answered'],
    ['unanswered, as far as was seen,', RINGS, 'uncertain'],
  ])(
    'that is %s is given up where LiveKit cannot be asked until long after it must be over',
    async (_, to, disposition) => {
      const { stub, open } = await liveKitForTest();
      const dialer = open({ timing: { ...QUICK, overdueMs: 400 } });
      await dialer.place(dial(to, { maxDurationMs: 1_500 }));
      const call = following(dialer, IDENTITY);
      await eventually(
        () => Promise.resolve(stepsOf(call.progress)),
        (steps) => steps.includes(to === TALKS ? 'answered' : 'ringing'),
      );
      await stub.down();
      await expect(dialer.hangUp(IDENTITY)).rejects.toThrow('LiveKit');
      await call.done;
      const errorMessage = 'The call must be over, and LiveKit could not be asked how it ended';
      expect(call.progress.at(-1)).toMatchObject({ end: { disposition, errorMessage } });
    },
  );

  test('whose trunk cannot be reached costs no attempt, whether LiveKit is told so at once or never', async () => {
    for (const digits of ['0013', '0014']) {
      const { open } = await liveKitForTest();
      const dialer = open();
      await dialer.place(dial(digits, { ringTimeoutMs: 1_000 }));
      expect(await endOf(dialer), digits).toMatchObject({ disposition: 'carrier-rejected' });
    }
  });

  test('that has rung before its carrier gave up costs an attempt', async () => {
    const { open } = await liveKitForTest();
    const dialer = open();
    await dialer.place(dial('0009'));
    expect(await endOf(dialer)).toMatchObject({ disposition: 'failed', providerCode: '503' });
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

  test('waits like all others while LiveKit does not accept the API key, and the error says so', async () => {
    const { stub, open } = await liveKitForTest();
    const placed = open({ apiSecret: 'another-secret-that-is-long-enough-too' }).place(dial(ANSWERS));
    await expect(placed).rejects.toThrow(new ProviderUnavailable('LiveKit does not accept the API key'));
    await expect(placed).rejects.not.toHaveProperty('cause');
    const dialer = open();
    await dialer.place(dial(ANSWERS));
    expect(await endOf(dialer)).toMatchObject({ disposition: 'answered' });
    expect(stub.dials(IDENTITY)).toBe(1);
  });
});
