import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, type CallAnswer, eventually, hasEnded, type ListAnswer } from '../support/api.ts';
import { Deployment } from '../support/deployment.ts';
import { auditLedger } from '../support/ledger-audit.ts';

const LINES = 20;
const ANSWERED = '+14155550001';
const HOUR = 3_600_000;
const TOMORROW = new Date(Date.now() + 24 * HOUR).toISOString();

const CONFIG = `
trunks:
  - { name: demo, lines: ${LINES}, dialer: { type: simulator, speed: 200 } }
  - { name: slow, lines: 5, dialer: { type: simulator, speed: 0.5 } }
  - { name: halted, lines: 10, dialer: { type: simulator, speed: 200 } }
agents:
  # Its calls end as chance has it; one that the carrier rejects would go out again in a minute.
  - { agentId: demo, name: Demo, trunk: demo, retry: { maxAttempts: 1, delays: { carrier-rejected: never } } }
  - { agentId: second, name: Another, trunk: demo }
  - { agentId: never, name: Never open, trunk: demo, schedule: { monday: [] } }
`;

/** 200 calls of one request: most of them go out at once and end as chance has it. */
const REQUEST = Array.from({ length: 200 }, (_, index) => {
  const endpoint = `+1415555${String(2_000 + index)}`;
  if (index < 10) return { endpoint, scheduledTime: TOMORROW };
  if (index < 20) return { endpoint, overrideOutboundConfig: { credentialsId: 'halted' } };
  if (index < 25) return { endpoint: ANSWERED, overrideOutboundConfig: { credentialsId: 'slow' } };
  return { endpoint, additionalData: { index }, priority: index % 3 };
});
const [SLEEPING, HALTED, SLOW] = [
  [0, 10],
  [10, 20],
  [20, 25],
] as const;

let deployment: Deployment;
let api: Api;
let accepted: CallAnswer[];
let batchId: string;
let headers: Headers;

const list = async (filter: string): Promise<ListAnswer> =>
  (await api.read<ListAnswer>(`/calls/queue/list?${filter}`)).body;
const idsOf = ({ calls }: Pick<ListAnswer, 'calls'>): string[] => calls.map(({ callId }) => callId).sort();
const accepts = ([from, to]: readonly [number, number]): string[] =>
  accepted
    .slice(from, to)
    .map(({ callId }) => callId)
    .sort();

beforeAll(async () => {
  deployment = await Deployment.start(CONFIG);
  const [started] = await Promise.all([
    deployment.startApi({ OUTDIAL_TEMPORAL_UI_URL: 'https://temporal.example.com/ui/' }),
    deployment.startWorker(),
  ]);
  ({ api } = started);
  await api.request('POST', '/trunks/halted/pause');
  const answer = await api.request<CallAnswer[]>('POST', '/calls/bulk?agentId=demo', REQUEST);
  ({ body: accepted, headers } = answer);
  batchId = headers.get('location')?.split('/').at(-1) ?? '';
  await eventually(
    () => api.total(`batchId=${batchId}&status=Completed&status=Failed`),
    (ended) => ended === 175,
    // They start a few at a time, and on a busy machine that takes a while.
    110_000,
  );
  // One of those that wait is canceled, so that every status is there.
  await api.request('DELETE', `/calls/${accepted[0]?.callId}`);
  await eventually(
    () => api.total(`batchId=${batchId}&status=Canceled`),
    (canceled) => canceled === 1,
  );
}, 150_000);

afterAll(() => deployment.stop());

describe('200 calls in one request', () => {
  test('are answered in its order, each as it was given or defaulted, with where to find the batch', () => {
    expect(headers.get('location')).toMatch(/^\/api\/v1\/batches\/[0-9a-f-]{36}$/);
    expect(headers.get('x-outdial-infeasible')).toBe('0');
    expect(accepted.map(({ endpoint }) => endpoint)).toEqual(REQUEST.map(({ endpoint }) => endpoint));
    expect(accepted.map(({ callId }) => callId)).toEqual(REQUEST.map((_, index) => `${batchId}-${index}`));
    const { createdTime } = accepted[0] ?? { createdTime: '' };
    expect(accepted[30]).toEqual({
      endpoint: '+14155552030',
      callId: `${batchId}-30`,
      orgId: 'default',
      agentId: 'demo',
      createdTime,
      status: 'Created',
      nextScheduleTime: createdTime,
      additionalData: { index: 30 },
      priority: 0,
      callDeadline: new Date(Date.parse(createdTime) + 24 * HOUR).toISOString(),
      timezone: 'UTC',
      overrideOutboundConfig: null,
    });
    expect(accepted[0]).toMatchObject({ status: 'Created', nextScheduleTime: TOMORROW });
  });

  test('tell every attempt with its times and how it ended, just as the carrier has it', async () => {
    const ledger = deployment.readLedger();
    for (const { callId } of accepted.slice(25)) {
      const call = await api.get(callId);
      expect(hasEnded(call)).toBe(true);
      const [attempt] = call.attempts;
      const own = ledger.filter(({ identity }) => identity === `${call.callId}.1`);
      const line = (event: string) => own.find((one) => one.event === event);
      expect(call.attempts).toHaveLength(1);
      expect(attempt).toMatchObject({
        startedTime: line('place')?.time,
        answeredTime: line('answered')?.time ?? null,
        endedTime: line('ended')?.time,
        disposition: line('ended')?.disposition,
      });
      const isConnected = attempt?.disposition === 'answered' || attempt?.disposition === 'voicemail';
      expect(call.status).toBe(isConnected ? 'Completed' : 'Failed');
      expect(Date.parse(call.completedTime ?? '')).toBeGreaterThanOrEqual(Date.parse(attempt?.endedTime ?? ''));
    }
    const { peakLive, dialedTwice, dials } = auditLedger(ledger);
    expect({ dials, dialedTwice }).toEqual({ dials: 175, dialedTwice: [] });
    expect(peakLive).toBeLessThanOrEqual(LINES);
  });

  test('are a tree of workflows: the batch, its page, and the calls as its children', async () => {
    const parentOf = async (workflowId: string) =>
      (await deployment.client.workflow.getHandle(workflowId).describe()).parentExecution?.workflowId;
    for (const index of [0, 20, 199]) expect(await parentOf(`${batchId}-${index}`)).toBe(`${batchId}-page-0`);
    expect(await parentOf(`${batchId}-page-0`)).toBe(batchId);
    expect(await parentOf(batchId)).toBeUndefined();
  });

  test('need at most 30 events each that was answered at first try', async () => {
    const { calls } = await list(`batchId=${batchId}&status=Completed&take=5`);
    const counts: number[] = [];
    for (const { callId } of calls) {
      const { events } = await deployment.client.workflow.getHandle(callId).fetchHistory();
      counts.push(events?.length ?? Infinity);
    }
    // A task that times out on a starved machine is tried again, which is not the call's doing: so the median.
    const [, , median] = counts.sort((a, b) => a - b);
    expect(median).toBeLessThanOrEqual(30);
  });
});

describe('the list', () => {
  test('has every status, and each call under its own', async () => {
    const by = async (status: string) => await list(`batchId=${batchId}&take=1000&status=${status}`);
    expect(idsOf(await by('Pending'))).toEqual(accepts([1, 10]));
    expect(idsOf(await by('Queued'))).toEqual(accepts(HALTED));
    expect(idsOf(await by('Running'))).toEqual(accepts(SLOW));
    expect(idsOf(await by('Canceled'))).toEqual(accepts([0, 1]));
    const [completed, failed] = [await by('Completed'), await by('Failed')];
    expect(completed.total).toBeGreaterThan(60);
    expect(failed.total).toBeGreaterThan(30);
    expect([...idsOf(completed), ...idsOf(failed)].sort()).toEqual(accepts([25, 200]));
    for (const { status, calls } of [
      { status: 'Completed', ...completed },
      { status: 'Failed', ...failed },
    ]) {
      expect(new Set(calls.map((call) => call.status))).toEqual(new Set([status]));
    }
  });

  test('has a status repeated, and the same fields as the answer to the request', async () => {
    const { calls, total } = await list(`batchId=${batchId}&status=Queued&status=Running&take=1000`);
    expect(total).toBe(15);
    expect(idsOf({ calls })).toEqual(accepts([HALTED[0], SLOW[1]]));
    const queued = calls.find(({ callId }) => callId === accepted[15]?.callId);
    expect(queued).toEqual({ ...accepted[15], status: 'Queued' });
  });

  test('comes in pages that hold every call once, newest first; beyond the end it is empty', async () => {
    const pages = await Promise.all([0, 80, 160].map((skip) => list(`batchId=${batchId}&skip=${skip}&take=80`)));
    expect(pages.map(({ calls, total }) => [calls.length, total])).toEqual([
      [80, 200],
      [80, 200],
      [40, 200],
    ]);
    const all = pages.flatMap(({ calls }) => calls.map(({ callId }) => callId));
    expect([...all].sort()).toEqual(accepts([0, 200]));
    expect((await list(`batchId=${batchId}`)).calls.map(({ callId }) => callId)).toEqual(all.slice(0, 20));
    expect(await list(`batchId=${batchId}&skip=200`)).toEqual({ calls: [], total: 200, nextCursor: null });
    expect(await list(`batchId=${batchId}&skip=9000&take=1000`)).toEqual({ calls: [], total: 200, nextCursor: null });
  });

  test('has the calls of the agents that are asked for, and of no other', async () => {
    const [own] = (await api.bulk('second', [{ endpoint: '+14155550006' }])) as [CallAnswer];
    await api.untilEnded(own.callId);
    await eventually(
      () => list('agentId=second'),
      ({ total }) => total === 1,
    );
    expect(idsOf(await list('agentId=second'))).toEqual([own.callId]);
    expect((await list('agentId=demo')).total).toBe(200);
    expect((await list('agentId=demo&agentId=second')).total).toBe(201);
    expect(await list('agentId=nobody')).toEqual({ calls: [], total: 0, nextCursor: null });
    expect(await list(`agentId=second&batchId=${batchId}`)).toEqual({ calls: [], total: 0, nextCursor: null });
  });

  test('means by its dates when calls ended, and takes those that have not if they were there before', async () => {
    const { calls } = await list(`batchId=${batchId}&status=Completed&status=Failed&take=1000`);
    const times: string[] = [];
    for (const { callId } of calls) times.push((await api.untilEnded(callId)).completedTime ?? '');
    times.sort();
    const middle = times[Math.floor(times.length / 2)] ?? '';
    const before = times.filter((time) => time < middle).length;
    const statuses = 'status=Completed&status=Failed';
    const total = async (filter: string) => (await list(`batchId=${batchId}&${filter}&take=1`)).total;
    expect(await total(`${statuses}&toDate=${middle}`)).toBe(before);
    expect(await total(`${statuses}&fromDate=${middle}`)).toBe(175 - before);
    expect(await total(`${statuses}&fromDate=${middle}&toDate=${middle}`)).toBe(0);

    const open = 'status=Pending&status=Queued&status=Running';
    expect(await total(`${open}&toDate=${new Date().toISOString()}`)).toBe(24);
    expect(await total(`${open}&fromDate=${TOMORROW}`)).toBe(24);
    expect(await total(`${open}&toDate=2020-01-01T00:00:00Z`)).toBe(0);
  });
});

describe('a search', () => {
  interface Found {
    readonly results: readonly (CallAnswer & { callStatus: string; serverJobId: string; inspectorUrl: string })[];
    readonly totalCount: number;
    readonly totalPages: number;
    readonly aggregations: Readonly<Record<string, number>> | null;
  }
  const search = async (body: object): Promise<Found> =>
    (await api.request<Found>('POST', '/callresults/search', body)).body;

  test('tells what became of each call: just what the call itself tells, and where to look it up', async () => {
    const { results, totalCount } = await search({ agentIds: ['demo'], callStatuses: ['Completed', 'Failed'] });
    expect(totalCount).toBe(175);
    expect(results).toHaveLength(20);
    for (const found of results) {
      const call = await api.get(found.callId);
      const { status, completedTime, durationSeconds, createdTime } = call;
      expect(found).toMatchObject({ callStatus: status, completedTime, durationSeconds, createdTime });
      expect(found.serverJobId).toBe((call as unknown as { recordId: string }).recordId);
      const link = `https://temporal\\.example\\.com/ui/namespaces/outdial/workflows/${found.callId}/[0-9a-f-]{36}/history`;
      expect(found.inspectorUrl).toMatch(new RegExp(`^${link}$`));
      expect(found).not.toHaveProperty('status');
    }
    expect(results.some(({ durationSeconds }) => durationSeconds !== null)).toBe(true);
  });

  test('has the same calls as the list, page by page, with how many there are of each status where that is asked', async () => {
    const all = (await list('agentId=demo&take=1000')).calls.map(({ callId }) => callId);
    const pages = await Promise.all([0, 1, 2, 3].map((page) => search({ agentIds: ['demo'], page, size: 60 })));
    expect(pages.flatMap(({ results }) => results.map(({ callId }) => callId))).toEqual(all);
    expect(pages[0]).toMatchObject({ totalCount: 200, totalPages: 4, aggregations: null });
    const { aggregations } = await search({ agentIds: ['demo'], includeAggregations: true, size: 1 });
    expect(aggregations).toMatchObject({ Created: 0, Pending: 9, Queued: 10, Running: 5, Canceled: 1, Unknown: 0 });
    expect((aggregations?.Completed ?? 0) + (aggregations?.Failed ?? 0)).toBe(175);
  });
});

describe('calls that cannot go out before their deadline', () => {
  test('are counted in X-Outdial-Infeasible, accepted, and wait for their deadline where no window ever opens', async () => {
    const calls = [{ endpoint: ANSWERED }, { endpoint: ANSWERED, callDeadline: TOMORROW }];
    const answer = await api.request<CallAnswer[]>('POST', '/calls/bulk?agentId=never', calls);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-outdial-infeasible')).toBe('2');
    for (const call of answer.body) expect(call.nextScheduleTime).toBe(call.callDeadline);
    const waiting = await api.until(answer.body[1]?.callId ?? '', ({ status }) => status === 'Pending');
    expect(waiting.waitingFor).toEqual({ for: 'calling-window', until: TOMORROW });
  });

  test('and a single call is found where its Location says', async () => {
    const answer = await api.request<CallAnswer>('POST', '/calls?agentId=never', { endpoint: ANSWERED });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/api/v1/calls/${answer.body.callId}`);
    expect(await api.get(answer.body.callId)).toMatchObject({ callId: answer.body.callId, batchId: null });
  });
});

describe('the rest of the 200', () => {
  test('reach an end too: the trunk is resumed, those that sleep are canceled, and those that talk are hung up on', async () => {
    await api.request('POST', '/trunks/halted/resume');
    for (const callId of accepts([SLEEPING[0] + 1, SLEEPING[1]])) await api.request('DELETE', `/calls/${callId}`);
    for (const callId of accepts(SLOW)) await api.request('DELETE', `/calls/${callId}?hangup=true`);
    await eventually(
      () => api.total(`batchId=${batchId}&status=Completed&status=Failed&status=Canceled`),
      (ended) => ended === 200,
    );
    const tally: unknown = await deployment.client.workflow.getHandle(batchId).result();
    const counts = await Promise.all(
      ['Completed', 'Failed', 'Canceled'].map((status) => api.total(`batchId=${batchId}&status=${status}`)),
    );
    expect(tally).toEqual({ completed: counts[0], failed: counts[1], canceled: counts[2] });
  });
});
