import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BatchMemo } from '../../src/contract/start-batch.ts';
import { pageOf } from '../../src/domain/page-layout.ts';
import { type Answer, type Api, type CallAnswer, eventually, type ProblemAnswer } from '../support/api.ts';
import { Deployment, testConfig } from '../support/deployment.ts';

const NUMBER = '+14155550002';
const DAY = 86_400_000;
/** A day from now: calls that sleep. */
const TOMORROW = new Date(Date.now() + DAY).toISOString();

/** What a dry run answers beside. */
type TriedAnswer = Omit<CallAnswer, 'callId'> & { readonly callId: string | null; readonly prompt: string | null };

/** An agent that may call on the day after tomorrow at the earliest, whatever today is. */
const closed = (): string => {
  const day = new Date(Date.now() + 3 * DAY);
  const weekday = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'][day.getUTCDay()];
  const hours = `timezone: UTC, ${weekday}: [{ start: '09:00', end: '17:00' }]`;
  return `  - { agentId: closed, name: Opens in three days, trunk: demo, schedule: { ${hours} } }`;
};

const SPEAKING = `
  - agentId: speaking
    name: Says its name
    trunk: demo
    prompt: '{{name}}? Hello {{name}} of {{clinic}}'
    additionalData: { clinic: Northside }`;

let deployment: Deployment;
let api: Api;

beforeAll(async () => {
  deployment = await Deployment.start(testConfig({ lines: 1, speed: 100 }, `${closed()}\n${SPEAKING}`));
  const [started] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  ({ api } = started);
});

afterAll(() => deployment.stop());

const bulk = async <Body = CallAnswer[]>(
  query: string,
  calls: readonly object[],
  headers = {},
): Promise<Answer<Body>> => await api.request<Body>('POST', `/calls/bulk?agentId=${query}`, calls, headers);

const batchIdOf = ({ headers }: Answer<unknown>): string => headers.get('location')?.split('/').at(-1) ?? '';

const startedWorkflows = async (): Promise<number> =>
  (await deployment.client.workflow.count(`WorkflowType IN ('outboundCall', 'callBatch', 'callBatchPage')`)).count;

describe('a dry run', () => {
  test('answers as accepting would, schedules nothing, and gives nothing to ask for', async () => {
    const calls = [
      { endpoint: NUMBER, priority: 7, additionalData: { a: 1 } },
      { endpoint: '415 555 0003', scheduledTime: TOMORROW },
    ];
    const tried = await bulk<TriedAnswer[]>('demo&dryRun=true&batchName=spring', calls);
    expect(tried.status).toBe(200);
    expect(tried.headers.get('location')).toBeNull();
    expect(tried.body.map(({ callId, waitingFor }) => ({ callId, waitingFor }))).toEqual(
      calls.map(() => ({ callId: null, waitingFor: null })),
    );
    const one = await api.request<TriedAnswer>('POST', '/calls?agentId=demo&dryRun=true', calls[0]);
    expect(one.status).toBe(200);
    expect(one.headers.get('location')).toBeNull();
    expect(await startedWorkflows()).toBe(0);

    const accepted = await bulk(
      'demo',
      calls.map((call) => ({ ...call, scheduledTime: TOMORROW })),
    );
    const shape = (call: object | undefined) =>
      Object.keys(call ?? {}).filter((name) => name !== 'waitingFor' && name !== 'prompt');
    expect(shape(tried.body[0])).toEqual(shape(accepted.body[0]));
    expect(shape(one.body)).toEqual(shape(accepted.body[0]));
    expect(tried.body[1]).toMatchObject({ endpoint: '415 555 0003', status: 'Created', nextScheduleTime: TOMORROW });
  });

  test('says which calls their deadline makes impossible, and why, in the item and in a header', async () => {
    const late = new Date(Date.now() + 10 * DAY).toISOString();
    const tried = await bulk<TriedAnswer[]>('closed&dryRun=true', [
      { endpoint: NUMBER },
      { endpoint: NUMBER, callDeadline: late },
      { endpoint: NUMBER, scheduledTime: TOMORROW },
    ]);
    expect(tried.headers.get('x-outdial-infeasible')).toBe('2');
    expect(tried.headers.get('x-outdial-duplicates')).toBe('2');
    const [first, second, third] = tried.body;
    expect(first?.waitingFor).toEqual({ for: 'calling-window', until: first?.nextScheduleTime });
    expect(first?.nextScheduleTime.slice(11)).toBe('09:00:00.000Z');
    expect(second).toMatchObject({ waitingFor: null, nextScheduleTime: first?.nextScheduleTime });
    expect(third?.waitingFor).toEqual(first?.waitingFor);
    const one = await api.request<TriedAnswer>('POST', '/calls?agentId=closed&dryRun=true', { endpoint: NUMBER });
    expect(one.body.waitingFor).toEqual(first?.waitingFor);
  });

  test('shows what the agent would say to each', async () => {
    const calls = [{ endpoint: NUMBER, additionalData: { name: 'Ada' } }, { endpoint: NUMBER }];
    const tried = await bulk<TriedAnswer[]>('speaking&dryRun=true', calls);
    expect(tried.body.map(({ prompt }) => prompt)).toEqual(['Ada? Hello Ada of Northside', '? Hello  of Northside']);
    const one = await api.request<TriedAnswer>('POST', '/calls?agentId=speaking&dryRun=true', calls[0]);
    expect(one.body.prompt).toBe('Ada? Hello Ada of Northside');
    expect((await bulk<TriedAnswer[]>('demo&dryRun=true', calls)).body[0]?.prompt).toBeNull();
  });

  test('of so many long prompts that no answer can hold them is refused, and says what to do', async () => {
    const long = { endpoint: NUMBER, additionalData: { name: 'x'.repeat(60_000) } };
    const { status, body } = await bulk<ProblemAnswer>('speaking&dryRun=true', Array<object>(300).fill(long));
    expect(status).toBe(413);
    expect(body.detail).toBe('A dry run shows at most 32 MB of prompts: try fewer calls at once.');
  });

  test('is refused for whatever accepting is refused for', async () => {
    expect((await bulk('disabled&dryRun=true', [{ endpoint: NUMBER }])).status).toBe(409);
    expect((await bulk('nobody&dryRun=true', [{ endpoint: NUMBER }])).status).toBe(404);
    const { status, body } = await bulk<ProblemAnswer>('demo&dryRun=true', [{ endpoint: 'abc' }]);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ index: 0, path: 'endpoint' }]);
  });
});

describe('a bulk request', () => {
  test('is told how many of its calls go to an endpoint that an earlier one goes to, however it is written', async () => {
    const calls = ['+14155550001', '(415) 555-0001', '+14155550002', '+1 415-555-0001', 'sip:a@B.c', 'SIP:a@b.c'].map(
      (endpoint) => ({ endpoint, scheduledTime: TOMORROW }),
    );
    const { status, headers, body } = await bulk('demo', calls);
    expect(status).toBe(201);
    expect(headers.get('x-outdial-duplicates')).toBe('3');
    expect(headers.get('x-outdial-infeasible')).toBe('0');
    expect(body).toHaveLength(6);
  });

  test('with a name becomes a batch of that name, for people', async () => {
    const batchName = `${'☎'.repeat(99)}!`;
    const answer = await bulk(`demo&batchName=${encodeURIComponent(batchName)}`, [
      { endpoint: NUMBER, scheduledTime: TOMORROW, callDeadline: '2199-01-01T00:00:00Z' },
      { endpoint: NUMBER, scheduledTime: TOMORROW },
    ]);
    const { memo } = await deployment.client.workflow.getHandle(batchIdOf(answer)).describe();
    expect((memo as BatchMemo).batch).toEqual({
      orgId: 'default',
      agentId: 'demo',
      trunk: 'demo',
      name: batchName,
      createdTime: answer.body[0]?.createdTime,
      total: 2,
      pages: 1,
      lastScheduleTime: TOMORROW,
      bodyHash: null,
    });
  });

  test('of several pages has its most urgent calls on the first, and an answer in its own order', async () => {
    const calls = Array.from({ length: 2_300 }, (_, index) => ({
      endpoint: `+1415555${1_000 + index}`,
      priority: index % 3,
      scheduledTime: TOMORROW,
    }));
    const answer = await bulk('demo', calls);
    expect(answer.status).toBe(201);
    const batchId = batchIdOf(answer);
    expect(answer.body.map(({ callId }) => callId)).toEqual(calls.map((_, index) => `${batchId}-${index}`));
    expect(answer.body.map(({ endpoint }) => endpoint)).toEqual(calls.map(({ endpoint }) => endpoint));

    const { events } = await deployment.client.workflow.getHandle(batchId).fetchHistory();
    const input = JSON.parse(
      Buffer.from(events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data ?? '').toString(),
    ) as { layout: number[]; lastDeadline: string };
    // The most urgent first: a third of the calls, then the next.
    expect(pageOf(input.layout, 2)).toBe(0);
    expect(pageOf(input.layout, 2_298)).toBe(2);
    expect(input.lastDeadline).toBe(answer.body[0]?.callDeadline);
  });

  test('of 50,000 calls is accepted whole', async () => {
    const calls = Array.from({ length: 50_000 }, (_, index) => ({
      endpoint: `+1415${1_000_000 + index}`,
      scheduledTime: TOMORROW,
    }));
    // On a busy machine a step may take longer than a request has: then it is sent again, as clients are told.
    const headers = { 'Idempotency-Key': 'fifty-thousand' };
    const answer = await eventually(
      () => bulk('demo', calls, headers),
      ({ status }) => status !== 503,
    );
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-outdial-duplicates')).toBe('0');
    expect(new Set(answer.body.map(({ callId }) => callId)).size).toBe(50_000);
  });
});
