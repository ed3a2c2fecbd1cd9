import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBatchOptions } from '../../src/contract/start-batch.ts';
import { Api, type BatchAnswer, type CallAnswer, eventually, type ListAnswer } from '../support/api.ts';
import { Deployment } from '../support/deployment.ts';
import { ANSWERS, BUSY, NEVER_ANSWERS, Operator } from '../support/operator.ts';

const CALLS = 90;
/** So large that a page holds some fifty of them. */
const PAD = 'x'.repeat(20_000);
const TOMORROW = new Date(Date.now() + 24 * 3_600_000).toISOString();

const CONFIG = `
organizations:
  - { orgId: acme, apiKeys: [{ name: tests, key: key-of-acme }] }
  - { orgId: other, apiKeys: [{ name: tests, key: key-of-other }] }
trunks:
  - { name: demo, orgId: acme, lines: 50, dialer: { type: simulator, speed: 200 } }
agents:
  - { agentId: demo, orgId: acme, name: Demo, trunk: demo, retry: { maxAttempts: 2, delays: { busy: 1s, no-answer: 1s } } }
`;

interface Row {
  readonly callId: string;
  readonly endpoint: string;
  readonly status: string;
  readonly reason: string | null;
  readonly disposition: string | null;
  readonly attempts: number | null;
  readonly durationSeconds: number | null;
  readonly priority: number;
  readonly nextScheduleTime: string;
  readonly completedTime: string | null;
}

let deployment: Deployment;
let api: Api;
let stranger: Api;
let operator: Operator;
let batchId: string;
let ids: string[];

/** A batch whose calls start in the order of the request. */
async function accept(calls: readonly object[]): Promise<{ batchId: string; ids: string[] }> {
  const body = calls.map((call, index) => ({
    endpoint: [ANSWERS, BUSY, NEVER_ANSWERS][index % 3],
    priority: calls.length - index,
    additionalData: { pad: PAD },
    ...call,
  }));
  const answer = await api.request<CallAnswer[]>('POST', '/calls/bulk?agentId=demo', body);
  return {
    batchId: answer.headers.get('location')?.split('/').at(-1) ?? '',
    ids: answer.body.map(({ callId }) => callId),
  };
}

async function results(id: string, accept?: string, key = 'key-of-acme'): Promise<Response> {
  return await fetch(`${api.url}/api/v1/batches/${id}/results`, {
    headers: { authorization: `Bearer ${key}`, ...(accept === undefined ? {} : { accept }) },
  });
}

async function rows(id: string): Promise<Row[]> {
  const lines = (await (await results(id)).text()).split('\n');
  expect(lines.at(-1)).toBe('');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Row);
}

/** What `GET` and a row both tell of a call. */
const outcomeOf = (call: CallAnswer & { priority?: number }): Omit<Row, 'completedTime'> => ({
  callId: call.callId,
  endpoint: call.endpoint,
  status: call.status,
  reason: call.reason,
  disposition: call.attempts.at(-1)?.disposition ?? null,
  attempts: call.attempts.length,
  durationSeconds: call.durationSeconds,
  priority: call.priority ?? NaN,
  nextScheduleTime: call.nextScheduleTime,
});

const untilOver = async (id: string): Promise<BatchAnswer> =>
  (
    await eventually(
      () => api.read<BatchAnswer>(`/batches/${id}`),
      ({ body }) => body.finishedTime !== null,
      60_000,
    )
  ).body;

beforeAll(async () => {
  deployment = await Deployment.start(CONFIG);
  const [{ api: anyones }] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  api = new Api(anyones.url, 'key-of-acme');
  stranger = new Api(anyones.url, 'key-of-other');
  operator = new Operator(deployment, api);
  // The first three sleep until they are edited, terminated and cancelled natively.
  const asleep = { scheduledTime: TOMORROW };
  ({ batchId, ids } = await accept(Array.from({ length: CALLS }, (_, index) => (index < 3 ? asleep : {}))));
});

afterAll(() => deployment.stop());

describe("a batch's results while it runs", () => {
  test('have every call once, with its present status', async () => {
    const found = await rows(batchId);
    expect(found.map(({ callId }) => callId).sort()).toEqual([...ids].sort());
    const pending = found.filter(({ callId }) => ids.slice(0, 3).includes(callId));
    for (const row of pending) {
      expect(row.nextScheduleTime).toBe(TOMORROW);
      expect(row.status).toMatch(/^(Created|Pending)$/);
    }
  });

  test('come as CSV or NDJSON, as is asked for, and as nothing else', async () => {
    const csv = await results(batchId, 'text/csv');
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    const lines = (await csv.text()).split('\r\n');
    expect(lines).toHaveLength(CALLS + 2);
    expect(lines[0]).toMatch(/^callId,endpoint,status,reason,/);
    expect(lines[1]).toContain(`,"{""pad"":""${PAD}""}"`);
    for (const any of ['*/*', 'application/x-ndjson', 'text/html, application/x-ndjson;q=0.5']) {
      const answer = await results(batchId, any);
      expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
      await answer.body?.cancel();
    }
    const refused = await results(batchId, 'application/json');
    expect({ status: refused.status, type: refused.headers.get('content-type') }).toMatchObject({ status: 406 });
  });

  test('tell of a running call as it is since it was edited', async () => {
    const [edited = ''] = ids;
    await api.until(edited, ({ status }) => status === 'Pending');
    await deployment.client.workflow.getHandle(edited).executeUpdate('editCall', { args: [{ priority: 4_000 }] });
    await eventually(
      async () => (await rows(batchId)).find(({ callId }) => callId === edited),
      (row) => row?.priority === 4_000 && row.status === 'Pending',
    );
  });
});

describe("a batch's results once it is over", () => {
  test('tell of every call what it tells itself, whoever ended it', async () => {
    const [edited = '', terminated = '', canceled = ''] = ids;
    for (const callId of [terminated, canceled]) await api.until(callId, ({ status }) => status === 'Pending');
    await operator.terminate(terminated);
    await operator.cancel(canceled);
    await api.request('DELETE', `/calls/${edited}`);
    const over = await untilOver(batchId);
    const found = await rows(batchId);
    expect(found.map(({ callId }) => callId).sort()).toEqual([...ids].sort());
    for (const { completedTime, ...row } of found) {
      const call = await api.get(row.callId);
      expect(row).toMatchObject(outcomeOf(call));
      // The call's own workflow says so a moment before Temporal has closed it; of others, their page a moment later.
      expect(Math.abs(Date.parse(completedTime ?? '') - Date.parse(call.completedTime ?? ''))).toBeLessThan(10_000);
    }
    const count = (status: string) => found.filter((row) => row.status === status).length;
    expect(over.counts).toMatchObject({
      Completed: count('Completed'),
      Failed: count('Failed'),
      Canceled: count('Canceled'),
    });
    expect(count('Canceled')).toBe(3);
    expect(found.some(({ attempts }) => attempts === 2)).toBe(true);
    expect(found.find(({ callId }) => callId === edited)?.priority).toBe(4_000);
  });
});

describe('a batch that was canceled before its pages had started', () => {
  test('has the rest of its calls as Canceled, in results, lists and counts, then and once it is over', async () => {
    const canceled = await accept(Array.from({ length: CALLS }, () => ({ scheduledTime: TOMORROW })));
    await deployment.client.workflow.getHandle(canceled.batchId).signal('cancelBatch', { reason: 'wrong list' });
    const over = await untilOver(canceled.batchId);
    expect(over).toMatchObject({ status: 'Canceled', reason: 'wrong list', counts: { Canceled: CALLS } });
    const found = await rows(canceled.batchId);
    expect(found.map(({ callId, status, reason }) => [callId, status, reason])).toEqual(
      canceled.ids.map((callId) => [callId, 'Canceled', 'batch']),
    );
    const filter = `batchId=${canceled.batchId}&status=Canceled&take=1000`;
    const { body } = await api.read<ListAnswer>(`/calls/queue/list?${filter}`);
    expect(body.total).toBe(CALLS);
    expect(body.calls.map(({ callId }) => callId).sort()).toEqual([...canceled.ids].sort());
    expect(await api.get(canceled.ids.at(-1) ?? '')).toMatchObject({ status: 'Canceled', reason: 'batch' });
  });
});

describe('the batches of an organization', () => {
  test('are listed, the newest first, and walked with a cursor', async () => {
    const page = async (query: string) =>
      (await api.read<{ batches: BatchAnswer[]; total: number; nextCursor: string }>(`/batches?${query}`)).body;
    const { batches, total } = await page('');
    expect(total).toBe(2);
    expect(batches.map(({ status }) => status)).toEqual(['Canceled', 'Completed']);
    expect(batches[1]).toMatchObject({ batchId, orgId: 'acme', agentId: 'demo', total: CALLS });
    const first = await page('take=1');
    const second = await page(`take=1&cursor=${first.nextCursor}`);
    expect([...first.batches, ...second.batches]).toEqual(batches);
    expect((await page('skip=1')).batches).toEqual(batches.slice(1));
  });

  test('are nobody else’s', async () => {
    expect((await stranger.read(`/batches/${batchId}`)).status).toBe(404);
    expect((await results(batchId, undefined, 'key-of-other')).status).toBe(404);
    expect((await stranger.read<{ total: number }>('/batches')).body.total).toBe(0);
    const foreign = await stranger.read<ListAnswer>(`/calls/queue/list?batchId=${batchId}`);
    expect(foreign.body).toEqual({ calls: [], total: 0, nextCursor: null });
    const { body } = await api.read<ListAnswer>(`/calls/queue/list?take=1`);
    expect((await stranger.read(`/calls/queue/list?take=1&cursor=${body.nextCursor}`)).status).toBe(400);
  });

  test('do not have one that was never accepted, nor its calls', async () => {
    const id = '019acb5c-0000-7000-8000-000000000000';
    const facts = { orgId: 'acme', agentId: 'demo', trunk: 'demo', name: null, createdTime: TOMORROW, total: 1 };
    const more = { pages: 1, lastScheduleTime: TOMORROW, bodyHash: null };
    const options = startBatchOptions(id, { ...facts, ...more }, [0, 1], TOMORROW);
    await deployment.client.workflow.start('callBatch', options);
    expect((await api.read(`/batches/${id}`)).status).toBe(404);
    expect((await api.read(`/calls/${id}-0`)).status).toBe(404);
    expect((await results(id)).status).toBe(404);
    const { body } = await api.read<ListAnswer>(`/calls/queue/list?batchId=${id}`);
    expect(body.total).toBe(0);
    expect((await api.read<{ total: number }>('/batches')).body.total).toBe(2);
    for (const odd of ['nothing', `${id}-page-0`, `${id}-0`, 'x'.repeat(2_000)]) {
      expect((await api.read(`/batches/${odd}`)).status).toBe(404);
    }
  });
});
