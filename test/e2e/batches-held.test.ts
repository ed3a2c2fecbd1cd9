import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editHeldCallUpdate, getBatchQuery } from '../../src/contract/messages.ts';
import { pageId } from '../../src/contract/ids.ts';
import { type Api, type BatchAnswer, type CallAnswer, eventually, type ListAnswer } from '../support/api.ts';
import { Deployment } from '../support/deployment.ts';

const CALLS = 150;
/** So large that a page holds some fifty of them. */
const PAD = 'x'.repeat(20_000);
/** How long they may take to start and end, in milliseconds: slower the busier the machine is, while lists are asked for. */
const STARTING_TIMEOUT_MS = 120_000;
/** The last of them: their deadline passes before they start. */
const LATE = 10;

const CONFIG = `
trunks:
  - { name: demo, lines: 50, dialer: { type: simulator, speed: 200 } }
agents:
  # Its calls end as chance has it; one that the carrier rejects would go out again in a minute.
  - { agentId: demo, name: Demo, trunk: demo, retry: { maxAttempts: 1, delays: { carrier-rejected: never } } }
`;

let deployment: Deployment;
let api: Api;
let batchId: string;
/** In the order of the request, which is that in which they start. */
let ids: string[];
/** How many have started: those of the first page. */
let started: number;

const list = async (filter: string): Promise<ListAnswer> => {
  const { status, body } = await api.read<ListAnswer>(`/calls/queue/list?${filter}`);
  if (status !== 200) throw new Error(`Expected 200, got ${status}: ${JSON.stringify(body)}`);
  return body;
};
const batch = async (): Promise<BatchAnswer> => (await api.read<BatchAnswer>(`/batches/${batchId}`)).body;
const sumOf = ({ counts }: BatchAnswer): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Every call of a walk, in its order. */
async function walk(filter: string): Promise<CallAnswer[]> {
  const calls: CallAnswer[] = [];
  let cursor: string | null = '';
  for (; cursor !== null;) {
    const page: ListAnswer = await list(`${filter}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    calls.push(...page.calls);
    cursor = page.nextCursor;
  }
  return calls;
}

beforeAll(async () => {
  deployment = await Deployment.start(CONFIG);
  [{ api }] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  const soon = new Date(Date.now() + 8_000).toISOString();
  const calls = Array.from({ length: CALLS }, (_, index) => ({
    endpoint: `+1415555${2_000 + index}`,
    priority: CALLS - index,
    additionalData: { campaignId: index % 2 === 0 ? 'spring' : "o'neil & sons", pad: PAD },
    ...(index < CALLS - LATE ? {} : { callDeadline: soon }),
  }));
  const answer = await api.request<CallAnswer[]>('POST', '/calls/bulk?agentId=demo', calls);
  batchId = answer.headers.get('location')?.split('/').at(-1) ?? '';
  ids = answer.body.map(({ callId }) => callId);
  const handle = deployment.client.workflow.getHandle(batchId);
  await handle.signal('pauseBatch', { reason: 'lunch' });
  // The page that is starting its calls goes on with them, and no other begins.
  await eventually(
    () => handle.query(getBatchQuery),
    ({ state, holding }) => state === 'Paused' && !holding.includes(0),
  );
  await eventually(
    () => list(`batchId=${batchId}&status=Canceled`),
    ({ total }) => total === LATE,
  );
  started = (await list(`batchId=${batchId}&status=Pending&status=Queued`)).total;
}, 90_000);

afterAll(() => deployment.stop());

describe('calls that have not started', () => {
  test('are in the lists, before those that have, in the order in which they start', async () => {
    expect(started).toBeGreaterThan(20);
    expect(started).toBeLessThan(80);
    const { calls, total } = await list('take=1000');
    expect(total).toBe(CALLS);
    const held = calls.slice(0, CALLS - started);
    expect(held.map(({ callId }) => callId)).toEqual(ids.slice(started));
    expect(held.map(({ status }) => status)).toEqual([
      ...Array.from({ length: CALLS - started - LATE }, () => 'Created'),
      ...Array.from({ length: LATE }, () => 'Canceled'),
    ]);
    expect(calls.map(({ callId }) => callId).sort()).toEqual([...ids].sort());
    expect((await list('agentId=demo&take=1')).total).toBe(CALLS);
    expect((await list('agentId=nobody')).total).toBe(0);
  });

  test('are found by their status, and by the time of their end where their deadline has passed', async () => {
    const created = await list(`status=Created&take=1000`);
    expect(created.calls.map(({ callId }) => callId)).toEqual(ids.slice(started, CALLS - LATE));
    const late = await list('status=Canceled');
    expect(late.calls.map(({ callId }) => callId)).toEqual(ids.slice(-LATE));
    const [call] = late.calls;
    expect((await list(`status=Canceled&fromDate=${call?.callDeadline}`)).total).toBe(LATE);
    expect((await list(`status=Canceled&toDate=${call?.callDeadline}`)).total).toBe(0);
    expect(await api.get(call?.callId ?? '')).toMatchObject({
      status: 'Canceled',
      reason: 'deadline',
      completedTime: call?.callDeadline,
    });
  });

  test.each([1, 7, 60, 1_000])(
    'are met once each on a walk of %i at a time, and the others after them',
    async (take) => {
      const status = take === 1 ? '&status=Canceled' : '';
      const all = (await list(`take=1000${status}`)).calls.map(({ callId }) => callId);
      expect((await walk(`take=${take}${status}`)).map(({ callId }) => callId)).toEqual(all);
    },
  );

  test('are skipped like any other', async () => {
    const all = (await list('take=1000')).calls;
    for (const skip of [0, CALLS - started - 2, CALLS - started, CALLS - 1, CALLS, 5_000]) {
      const { calls, total } = await list(`skip=${skip}&take=4`);
      expect({ calls, total }).toEqual({ calls: all.slice(skip, skip + 4), total: CALLS });
    }
  });

  test('count in their batch, which adds up to its total, and tells that it is paused and why', async () => {
    expect(await batch()).toMatchObject({
      batchId,
      orgId: 'default',
      agentId: 'demo',
      status: 'Paused',
      reason: 'lunch',
      total: CALLS,
      counts: { Created: CALLS - started - LATE, Canceled: LATE, Running: 0, Completed: 0, Failed: 0, Unknown: 0 },
      finishedTime: null,
      estimatedEndTime: null,
      expiresAt: null,
    });
    expect(sumOf(await batch())).toBe(CALLS);
  });

  test('are changed and canceled like any other, and the lists have them as they are then', async () => {
    const [edited, canceled] = [ids[started + 3] ?? '', ids[started + 5] ?? ''];
    const { holding } = await deployment.client.workflow.getHandle(batchId).query(getBatchQuery);
    const page = deployment.client.workflow.getHandle(pageId(batchId, holding[0] ?? 0));
    await page.executeUpdate(editHeldCallUpdate, { args: [edited, { priority: 7, endpoint: '+14155559999' }] });
    expect((await api.request('DELETE', `/calls/${canceled}`)).status).toBe(200);
    const { calls } = await list('status=Created&take=1000');
    expect(calls.find(({ callId }) => callId === edited)).toMatchObject({ priority: 7, endpoint: '+14155559999' });
    expect(calls.some(({ callId }) => callId === canceled)).toBe(false);
    expect((await list('status=Canceled')).total).toBe(LATE + 1);
    expect((await batch()).counts).toMatchObject({ Created: CALLS - started - LATE - 1, Canceled: LATE + 1 });
  });
});

describe('a search', () => {
  const search = async (body: object) =>
    (await api.request<Record<string, never[]> & { totalCount: number }>('POST', '/callresults/search', body)).body;

  test('finds calls by their data, started or not, and counts them by status', async () => {
    const additionalDataFilters = { 'callAdditionalData.campaignId': "o'neil & sons" };
    const found = await search({ additionalDataFilters, size: 10, includeAggregations: true });
    expect(found).toMatchObject({ totalCount: CALLS / 2, totalPages: 8 });
    const sum = Object.values(found.aggregations ?? {}).reduce<number>((total, count) => total + Number(count), 0);
    expect(sum).toBe(CALLS / 2);
    expect(found.results).toHaveLength(10);
    for (const call of found.results as unknown as { additionalData: { campaignId: string } }[]) {
      expect(call.additionalData.campaignId).toBe("o'neil & sons");
    }
    expect((await search({ additionalDataFilters: { 'callAdditionalData.campaignId': "o'neil" } })).totalCount).toBe(0);
  });

  test('goes on with its cursor, which no other search takes', async () => {
    const first = await search({ callStatuses: ['Created'], size: 30 });
    const cursor = first.nextCursor as unknown as string;
    const second = await search({ callStatuses: ['Created'], size: 30, cursor });
    const callIds = [...(first.results ?? []), ...(second.results ?? [])].map(({ callId }) => callId);
    expect(new Set(callIds).size).toBe(60);
    for (const body of [{ cursor }, { callStatuses: ['Created'], cursor: `${cursor}A` }, { cursor: 'AAAA' }]) {
      expect(await search(body)).toMatchObject({ status: 400, detail: expect.stringContaining('`cursor`') as string });
    }
    expect(await search({ callStatuses: ['Created'], cursor, page: 1 })).toMatchObject({ status: 400 });
  });

  test('and a list say where they end, and how to go on', async () => {
    expect(await search({ page: 10, size: 1_000 })).toMatchObject({
      status: 400,
      detail: '`page` and `size` reach at most 10000 rows: go on with the `cursor` of the answer before.',
    });
    expect((await api.read('/calls/queue/list?skip=9999&take=2')).status).toBe(400);
    expect(await list('skip=9980&take=20')).toMatchObject({ calls: [], total: CALLS });
  });
});

describe('once the batch goes on', () => {
  test(
    'a walk misses no call, however many start meanwhile, and its counts always add up',
    async () => {
      await deployment.client.workflow.getHandle(batchId).signal('resumeBatch', {});
      const states = new Set<string>();
      for (let isOver = false; !isOver;) {
        const seen = await walk('take=20');
        expect([...new Set(seen.map(({ callId }) => callId))].sort()).toEqual([...ids].sort());
        const now = await batch();
        expect(sumOf(now)).toBe(CALLS);
        states.add(now.status);
        isOver = now.status === 'Completed';
      }
      expect(states).toContain('Starting');
      expect((await batch()).counts).toMatchObject({
        Created: 0,
        Pending: 0,
        Queued: 0,
        Running: 0,
        Canceled: LATE + 1,
      });
    },
    STARTING_TIMEOUT_MS,
  );

  test('those that never started come last in the lists', async () => {
    const { calls, total } = await list('take=1000');
    expect(total).toBe(CALLS);
    expect(calls.slice(-LATE).map(({ callId }) => callId)).toEqual(ids.slice(-LATE));
    expect(await list(`skip=${CALLS - 2}&take=10`)).toMatchObject({ calls: calls.slice(-2), nextCursor: null });
  });
});
