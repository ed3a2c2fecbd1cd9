import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Api,
  type CallAnswer,
  eventually,
  hasEnded,
  isRinging,
  isTalking,
  type ProblemAnswer,
} from '../support/api.ts';
import { Deployment } from '../support/deployment.ts';

/** Rings for 1 s and talks for 7.5. */
const ANSWERED = '+14155550001';
const BUSY = '+14155550002';
/** Rings for 11 s, and nobody answers. */
const NO_ANSWER = '+14155550003';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** The weekday after tomorrow: its hours are the next that an agent has which calls on no other day. */
const opening = new Date(Date.now() + 48 * HOUR);
opening.setUTCHours(9, 0, 0, 0);
const WEEKDAY = opening.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' }).toLowerCase();

const CONFIG = `
trunks:
  - { name: demo, lines: 30, dialer: { type: simulator, speed: 4 } }
  - { name: narrow, lines: 1, dialer: { type: simulator, speed: 1 } }
  - { name: halted, lines: 5, dialer: { type: simulator, speed: 4 } }
agents:
  - { agentId: demo, name: Always open, trunk: demo }
  - { agentId: narrow, name: One line, trunk: narrow }
  - { agentId: halted, name: On a paused trunk, trunk: halted }
  - { agentId: patient, name: Waits for an hour, trunk: demo, retry: { maxAttempts: 2, delays: { busy: 1h } } }
  - { agentId: retrying, name: Tries again, trunk: demo, retry: { maxAttempts: 3, delays: { busy: 1s } } }
  - { agentId: closed, name: Closed today, trunk: demo, schedule: { ${WEEKDAY}: [{ start: '09:00', end: '17:00' }] } }
`;

let deployment: Deployment;
let api: Api;

beforeAll(async () => {
  deployment = await Deployment.start(CONFIG);
  const [started] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  ({ api } = started);
  await api.request('POST', '/trunks/halted/pause');
});

afterAll(() => deployment.stop());

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const cancel = async (callId: string, query = '') =>
  await api.request<CallAnswer & ProblemAnswer>('DELETE', `/calls/${callId}${query}`);
/** The call once it has ended: an answer of 202 says that it is about to. */
async function canceled(callId: string, query = ''): Promise<CallAnswer> {
  const { status } = await cancel(callId, query);
  expect([200, 202]).toContain(status);
  return await api.untilEnded(callId);
}
const isPaused = ({ waitingFor }: CallAnswer): boolean => waitingFor?.for === 'trunk-paused';
const linesOf = (callId: string, trunk?: string) =>
  deployment.readLedger(trunk).filter(({ identity }) => identity.startsWith(`${callId}.`));

describe.concurrent('a call whose deadline passes', () => {
  test('while it is queued is Canceled by it, and never dialed', async () => {
    const { callId } = await api.call('halted', { endpoint: ANSWERED, callDeadline: inMs(3 * SECOND) });
    await api.until(callId, isPaused);
    expect(await api.untilEnded(callId)).toMatchObject({ status: 'Canceled', reason: 'deadline', attempts: [] });
    expect(linesOf(callId, 'halted')).toEqual([]);
  });

  test('while it rings is Canceled by it, and rings no longer', async () => {
    const { callId, callDeadline } = await api.call('demo', { endpoint: NO_ANSWER, callDeadline: inMs(4 * SECOND) });
    await api.until(callId, isRinging);
    const call = await api.untilEnded(callId);
    expect(call).toMatchObject({ status: 'Canceled', reason: 'deadline', durationSeconds: null });
    expect(call.attempts).toMatchObject([{ number: 1, answeredTime: null, disposition: 'no-answer' }]);
    const hungUp = linesOf(callId).find(({ event }) => event === 'hang-up');
    expect(Date.parse(hungUp?.time ?? '')).toBeGreaterThanOrEqual(Date.parse(callDeadline));
  });

  test('while somebody talks goes on, and is Completed', async () => {
    const { callId, callDeadline } = await api.call('demo', { endpoint: ANSWERED, callDeadline: inMs(6 * SECOND) });
    await api.until(callId, isTalking);
    const call = await api.untilEnded(callId);
    expect(call).toMatchObject({ status: 'Completed', reason: null, durationSeconds: 8 });
    const [attempt] = call.attempts;
    expect(Date.parse(attempt?.answeredTime ?? '')).toBeLessThan(Date.parse(callDeadline));
    expect(Date.parse(attempt?.endedTime ?? '')).toBeGreaterThan(Date.parse(callDeadline));
    expect(linesOf(callId).filter(({ event }) => event === 'hang-up')).toEqual([]);
  });
});

describe.concurrent('DELETE', () => {
  test('ends a call that sleeps, and one that is queued, and neither is ever dialed', async () => {
    const sleeping = await api.call('demo', { endpoint: ANSWERED, scheduledTime: inMs(HOUR) });
    const queued = await api.call('halted', { endpoint: ANSWERED });
    await api.until(queued.callId, isPaused);
    for (const { callId } of [sleeping, queued]) {
      const { status, body } = await cancel(callId);
      expect(status).toBe(200);
      expect(body).toMatchObject({ callId, status: 'Canceled', reason: 'request', attempts: [], waitingFor: null });
      expect(body.completedTime).not.toBeNull();
      expect(await api.get(callId)).toEqual(body);
    }
    expect(linesOf(sleeping.callId)).toEqual([]);
    expect(linesOf(queued.callId, 'halted')).toEqual([]);
  });

  test('stops one that rings, as the carrier saw it', async () => {
    const { callId } = await api.call('demo', { endpoint: NO_ANSWER });
    // By the carrier: the call itself says so a moment before it is dialed.
    await eventually(
      () => Promise.resolve(linesOf(callId)),
      (lines) => lines.some(({ event }) => event === 'ringing'),
    );
    const call = await canceled(callId);
    expect(call).toMatchObject({ status: 'Canceled', reason: 'request', attempts: [{ disposition: 'no-answer' }] });
    expect(linesOf(callId).map(({ event }) => event)).toEqual(['place', 'ringing', 'hang-up', 'ended']);
  });

  test('leaves one that talks alone with 409, until it says hangup=true', async () => {
    const { callId } = await api.call('demo', { endpoint: ANSWERED });
    await api.until(callId, isTalking);
    for (const query of ['', '?hangup=false']) {
      const { status, body } = await cancel(callId, query);
      expect(status).toBe(409);
      expect(body.detail).toBe('Somebody is talking: send `?hangup=true` to hang up on them.');
    }
    expect(isTalking(await api.get(callId))).toBe(true);
    expect(linesOf(callId).filter(({ event }) => event === 'hang-up')).toEqual([]);

    const call = await canceled(callId, '?hangup=true');
    expect(call).toMatchObject({ status: 'Completed', attempts: [{ disposition: 'answered' }] });
    expect(linesOf(callId).map(({ event }) => event)).toEqual(['place', 'ringing', 'answered', 'hang-up', 'ended']);
  });

  test('is a 409 for a call that has ended, however it did, and a 404 for one that does not exist', async () => {
    const { callId } = await api.call('demo', { endpoint: BUSY });
    await api.untilEnded(callId);
    expect(await cancel(callId)).toMatchObject({ status: 409, body: { detail: 'The call has ended: it is Failed.' } });
    const other = await api.call('demo', { endpoint: ANSWERED, scheduledTime: inMs(HOUR) });
    expect((await cancel(other.callId)).status).toBe(200);
    expect(await cancel(other.callId, '?hangup=true')).toMatchObject({ status: 409 });
    for (const unknown of ['nothing', callId.replace(/.$/, 'z'), `${callId}-0`]) {
      expect((await cancel(unknown)).status).toBe(404);
      expect((await api.read(`/calls/${unknown}`)).status).toBe(404);
    }
  });
});

describe.concurrent('an open call tells why it has not gone out, or what it is at', () => {
  const waitsFor = async (callId: string, what: string): Promise<CallAnswer> =>
    await api.until(callId, ({ waitingFor }) => waitingFor?.for === what);

  test('it waits for its calling window, until that opens', async () => {
    const accepted = await api.call('closed', { endpoint: ANSWERED, callDeadline: inMs(96 * HOUR) });
    expect(accepted).toMatchObject({ status: 'Created', nextScheduleTime: opening.toISOString() });
    const call = await waitsFor(accepted.callId, 'calling-window');
    expect(call.status).toBe('Pending');
    expect(call.waitingFor?.until).toBe(opening.toISOString());
    expect(call.nextScheduleTime).toBe(opening.toISOString());
  });

  test('it waits for its scheduled time', async () => {
    const scheduledTime = inMs(HOUR);
    const { callId } = await api.call('demo', { endpoint: ANSWERED, scheduledTime });
    const call = await waitsFor(callId, 'scheduled-time');
    expect(call.waitingFor?.until).toBe(scheduledTime);
  });

  test('it waits for a line, or for its trunk to be resumed', async () => {
    const first = await api.call('narrow', { endpoint: NO_ANSWER });
    await api.until(first.callId, isRinging);
    const second = await api.call('narrow', { endpoint: NO_ANSWER });
    expect(await waitsFor(second.callId, 'line')).toMatchObject({ status: 'Queued', waitingFor: { until: null } });
    const third = await api.call('halted', { endpoint: ANSWERED });
    expect(await waitsFor(third.callId, 'trunk-paused')).toMatchObject({ status: 'Queued' });
  });

  test('it waits for an answer, and then for its end', async () => {
    const { callId } = await api.call('demo', { endpoint: ANSWERED });
    const rings = await waitsFor(callId, 'answer');
    expect(rings).toMatchObject({ status: 'Running', completedTime: null, durationSeconds: null });
    expect(rings.attempts).toMatchObject([{ number: 1, answeredTime: null, endedTime: null, disposition: null }]);
    const talks = await waitsFor(callId, 'end');
    expect(talks.attempts[0]?.answeredTime).not.toBeNull();
    expect(talks.attempts[0]?.startedTime).toBe(rings.attempts[0]?.startedTime);
  });

  test('it waits for its next attempt', async () => {
    const { callId } = await api.call('patient', { endpoint: BUSY });
    const call = await waitsFor(callId, 'retry-delay');
    expect(call.status).toBe('Pending');
    expect(call.attempts).toMatchObject([{ number: 1, disposition: 'busy', providerCode: '486' }]);
    const wait = Date.parse(call.waitingFor?.until ?? '') - Date.parse(call.attempts[0]?.endedTime ?? '');
    // After an hour, and at most five minutes later.
    expect(wait / HOUR).toBeGreaterThan(0.99);
    expect(wait / HOUR).toBeLessThan(1 + 5 / 60 + 0.01);
    expect(call.nextScheduleTime).toBe(call.waitingFor?.until);
  });
});

describe.concurrent('a call that has ended', () => {
  test('tells all its attempts, in order, and is Failed when they are used up', async () => {
    const { callId } = await api.call('retrying', { endpoint: BUSY });
    const call = await api.untilEnded(callId);
    expect(call).toMatchObject({ status: 'Failed', reason: null, durationSeconds: null, waitingFor: null });
    expect(call.attempts.map(({ number, disposition }) => `${number} ${disposition}`)).toEqual([
      '1 busy',
      '2 busy',
      '3 busy',
    ]);
    const times = call.attempts.flatMap(({ startedTime, endedTime }) => [startedTime, endedTime ?? '']);
    expect(times).toEqual([...times].sort());
    expect(linesOf(callId).filter(({ event }) => event === 'place')).toHaveLength(3);
  });

  test('and was answered at first try has at most 30 events, and everything a client may ask', async () => {
    const { callId, createdTime } = await api.call('demo', { endpoint: ANSWERED, additionalData: { name: 'Ada' } });
    const call = await api.untilEnded(callId);
    const { events } = await deployment.client.workflow.getHandle(callId).fetchHistory();
    expect(events?.length).toBeLessThanOrEqual(30);
    expect(call).toEqual({
      endpoint: ANSWERED,
      callId,
      orgId: 'default',
      agentId: 'demo',
      createdTime,
      status: 'Completed',
      nextScheduleTime: createdTime,
      additionalData: { name: 'Ada' },
      priority: 1,
      callDeadline: new Date(Date.parse(createdTime) + 24 * HOUR).toISOString(),
      timezone: 'UTC',
      overrideOutboundConfig: null,
      batchId: null,
      reason: null,
      errorMessage: null,
      recordId: expect.stringMatching(/^sim-/) as string,
      completedTime: expect.stringMatching(/Z$/) as string,
      expiresAt: new Date(Date.parse(call.completedTime ?? '') + 30 * 24 * HOUR).toISOString(),
      durationSeconds: 8,
      transcription: null,
      result: { finishReason: 'answered', postCallAnalysis: null },
      attempts: [
        {
          number: 1,
          startedTime: expect.stringMatching(/Z$/) as string,
          answeredTime: expect.stringMatching(/Z$/) as string,
          endedTime: expect.stringMatching(/Z$/) as string,
          disposition: 'answered',
          providerCode: '200',
        },
      ],
      waitingFor: null,
    });
    expect(hasEnded(call)).toBe(true);
  });
});
