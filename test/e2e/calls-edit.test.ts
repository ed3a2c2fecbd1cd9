import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Api, type CallAnswer, eventually, isRinging, type ProblemAnswer, type TrunkAnswer } from '../support/api.ts';
import { Deployment } from '../support/deployment.ts';
import { auditLedger } from '../support/ledger-audit.ts';
import { NEVER_ANSWERS, NEXT_YEAR } from '../support/operator.ts';

const BUSY = '+14155550002';
const ANSWERED = '+14155550001';

const CONFIG = `
organizations:
  - { orgId: default, apiKeys: [{ name: tests, key: outdial-development }] }
  - { orgId: other, apiKeys: [{ name: tests, key: key-of-other }] }
trunks:
  - { name: demo, lines: 1, dialer: { type: simulator, speed: 100 } }
  - { name: slow, lines: 1, dialer: { type: simulator } }
agents:
  - { agentId: demo, name: Always open, trunk: demo }
  - { agentId: slow, name: Real time, trunk: slow }
`;

interface Edited extends CallAnswer {
  readonly priority: number;
  readonly changed: readonly string[];
}

let deployment: Deployment;
let api: Api;

beforeAll(async () => {
  deployment = await Deployment.start(CONFIG);
  const [started] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  ({ api } = started);
});

afterAll(() => deployment.stop());

const patch = (callId: string, edit: unknown) => api.request<Edited & ProblemAnswer>('PATCH', `/calls/${callId}`, edit);

const dialed = (): readonly string[] => auditLedger(deployment.readLedger()).order;

async function queuedCalls(count: number): Promise<CallAnswer[]> {
  await api.request('POST', '/trunks/demo/pause');
  const calls: CallAnswer[] = [];
  for (let index = 0; index < count; index += 1) {
    const call = await api.call('demo', { endpoint: BUSY });
    calls.push(await api.until(call.callId, ({ status }) => status === 'Queued'));
  }
  await eventually(
    async () => (await api.read<TrunkAnswer[]>('/trunks')).body.find(({ name }) => name === 'demo')?.queued,
    (queued) => queued === count,
  );
  return calls;
}

describe('a call that waits in the queue', () => {
  test('takes its new place by its new priority, without being scheduled again', async () => {
    const calls = await queuedCalls(5);
    const ids = calls.map(({ callId }) => callId);
    const { status, body } = await patch(ids[3] ?? '', { priority: 9 });
    expect({ status, changed: body.changed, priority: body.priority }).toEqual({
      status: 200,
      changed: ['priority'],
      priority: 9,
    });
    expect((await patch(ids[0] ?? '', { priority: -5 })).status).toBe(200);
    const before = dialed().length;
    await api.request('POST', '/trunks/demo/resume');
    for (const callId of ids) await api.untilEnded(callId);
    const expected = [ids[3], ids[1], ids[2], ids[4], ids[0]].map((callId) => `${callId}.1`);
    expect(dialed().slice(before)).toEqual(expected);
    const history = await deployment.client.workflow.getHandle(ids[3] ?? '').fetchHistory();
    const scheduled = history.events?.filter(({ activityTaskScheduledEventAttributes: activity }) => activity);
    expect(scheduled).toHaveLength(1);
  });

  test('is dialed at its new number, and at no other', async () => {
    const [call] = await queuedCalls(1);
    const { body } = await patch(call?.callId ?? '', { endpoint: '(415) 555-0001' });
    expect(body).toMatchObject({ status: 400, errors: [{ index: null, path: 'endpoint' }] });
    expect(await patch(call?.callId ?? '', { endpoint: ANSWERED })).toMatchObject({
      status: 200,
      body: { endpoint: ANSWERED, changed: ['endpoint'] },
    });
    await api.request('POST', '/trunks/demo/resume');
    expect(await api.untilEnded(call?.callId ?? '')).toMatchObject({ status: 'Completed', endpoint: ANSWERED });
  });

  test('ends at its new deadline', async () => {
    const [call] = await queuedCalls(1);
    const callDeadline = new Date(Date.now() + 2_000).toISOString();
    expect((await patch(call?.callId ?? '', { callDeadline })).body).toMatchObject({ callDeadline });
    expect(await api.untilEnded(call?.callId ?? '')).toMatchObject({ status: 'Canceled', reason: 'deadline' });
    await api.request('POST', '/trunks/demo/resume');
  });
});

describe('a call that sleeps', () => {
  test('goes out when it is edited to, and both spellings of its deadline are understood', async () => {
    const { callId } = await api.call('demo', { endpoint: BUSY, scheduledTime: NEXT_YEAR });
    const scheduledTime = new Date(Date.now() + 1_000).toISOString();
    const callDeadLine = new Date(Date.now() + 60_000).toISOString();
    const { status, body } = await patch(callId, { scheduledTime, callDeadLine });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      nextScheduleTime: scheduledTime,
      callDeadline: callDeadLine,
      changed: ['callDeadline', 'scheduledTime'],
    });
    const ended = await api.untilEnded(callId);
    expect(ended.attempts[0]?.startedTime.localeCompare(scheduledTime)).toBe(1);
  });

  test('keeps all that it has where the edit is wrong, and every mistake is told', async () => {
    const { callId } = await api.call('demo', { endpoint: BUSY, scheduledTime: NEXT_YEAR });
    const before = await api.get(callId);
    const paths = async (edit: unknown): Promise<string[] | undefined> => {
      const { status, body } = await patch(callId, edit);
      expect(status).toBe(400);
      return body.errors?.map(({ path }) => path);
    };
    expect(await paths({ endpoint: '12', scheduledTime: 'soon', priority: 1 })).toEqual(['endpoint', 'scheduledTime']);
    expect(await paths({ prioritty: 3 })).toEqual(['prioritty']);
    expect(await paths({ priority: '3' })).toEqual(['priority']);
    expect(await paths({ callDeadline: '2020-01-01T00:00:00Z' })).toEqual(['callDeadline']);
    for (const nothing of [{}, { priority: null }, [], 'x', null])
      expect((await patch(callId, nothing)).status).toBe(400);
    expect(await api.get(callId)).toEqual(before);
    await api.request('DELETE', `/calls/${callId}`);
  });

  test('is another organization’s business to nobody', async () => {
    const { callId } = await api.call('demo', { endpoint: BUSY, scheduledTime: NEXT_YEAR });
    const other = new Api(api.url, 'key-of-other');
    expect((await other.request('PATCH', `/calls/${callId}`, { priority: 3 })).status).toBe(404);
    expect((await patch('nothing', { priority: 3 })).status).toBe(404);
    await api.request('DELETE', `/calls/${callId}`);
  });
});

describe('a call that is dialed or over', () => {
  test('is not edited any more', async () => {
    const { callId } = await api.call('slow', { endpoint: NEVER_ANSWERS });
    await api.until(callId, isRinging);
    expect(await patch(callId, { priority: 3 })).toMatchObject({ status: 409 });
    await api.request('DELETE', `/calls/${callId}`);
    await api.untilEnded(callId);
    expect(await patch(callId, { priority: 3 })).toMatchObject({ status: 409 });
  });
});

describe('a call whose workflow has not started', () => {
  test('starts as what it is edited to', async () => {
    await api.request('POST', '/trunks/demo/pause');
    // Started 25 at a time: the last of them waits for some seconds.
    const calls = await api.bulk('demo', Array(150).fill({ endpoint: BUSY, scheduledTime: NEXT_YEAR }) as object[]);
    const callId = calls.at(-1)?.callId ?? '';
    const { status, body } = await patch(callId, { priority: 7, endpoint: ANSWERED });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'Created',
      priority: 7,
      endpoint: ANSWERED,
      changed: ['priority', 'endpoint'],
    });
    expect(await api.until(callId, (call) => call.status === 'Pending')).toMatchObject({
      priority: 7,
      endpoint: ANSWERED,
    });
    await api.request('POST', '/trunks/demo/resume');
  });
});
