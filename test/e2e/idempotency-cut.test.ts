import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditLedger } from '../support/ledger-audit.ts';
import { type Answer, type Api, type CallAnswer, eventually } from '../support/api.ts';
import { Deployment, testConfig } from '../support/deployment.ts';
import { type Passing, TemporalProxy } from '../support/temporal-proxy.ts';

/** Three pages: the calls of the first two have so much to say that only nine of them fit on each. */
const CALLS = Array.from({ length: 36 }, (_, index) => ({
  endpoint: '+15550100001',
  priority: index < 18 ? 2 : 1,
  additionalData: { index, story: 'x'.repeat(index < 18 ? 60_000 : 1) },
}));
const PAGES = 3;

let deployment: Deployment;
/** Another API, which knows nothing of the one that is cut off. */
let fresh: Api;

beforeAll(async () => {
  deployment = await Deployment.start(testConfig({ lines: 40, speed: 1_000 }));
  const [{ api }] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  fresh = api;
});

afterAll(() => deployment.stop());

const send = async (api: Api, key: string): Promise<Answer<CallAnswer[]>> =>
  await api.request<CallAnswer[]>('POST', '/calls/bulk?agentId=demo', CALLS, { 'idempotency-key': key });

/** Sends the calls to an API of their own, and kills it when `isIt` is about to pass between it and Temporal. */
async function cutOff(key: string, isIt: (passing: Passing) => boolean): Promise<void> {
  const proxy = await TemporalProxy.start(deployment.server.address);
  const { api, process } = await deployment.startApi({ TEMPORAL_ADDRESS: proxy.address });
  const { arrived, goOn } = proxy.stopAt(isIt);
  const sent = expect(send(api, key)).rejects.toThrow('fetch failed');
  await Promise.race([arrived, sent]);
  await process.end('SIGKILL');
  // What was held back goes nowhere: its sender is gone, and its connection too.
  const stopped = proxy.stop();
  goOn();
  await sent;
  await stopped;
}

/** Fails unless the answer is one whole batch, of which each call is dialed, and dialed once. */
async function expectOneBatch({ status, headers, body }: Answer<CallAnswer[]>): Promise<void> {
  expect(status).toBe(201);
  expect(headers.get('x-outdial-duplicates')).toBe('35');
  expect(headers.get('x-outdial-infeasible')).toBe('0');
  const batchId = headers.get('location')?.split('/').at(-1) ?? '';
  expect(body.map(({ callId }) => callId)).toEqual(CALLS.map((_, index) => `${batchId}-${index}`));
  expect(body).toMatchObject(CALLS);

  await eventually(
    () => fresh.total(`batchId=${batchId}&status=Completed`),
    (total) => total === CALLS.length,
  );
  expect(await fresh.total(`batchId=${batchId}`)).toBe(CALLS.length);
  const { count } = await deployment.client.workflow.count(`WorkflowType = 'callBatch' AND BatchId = '${batchId}'`);
  expect(count).toBe(1);
  const lines = deployment.readLedger().filter(({ identity }) => identity.startsWith(`${batchId}-`));
  const { order, dialedTwice } = auditLedger(lines);
  expect(dialedTwice).toEqual([]);
  expect([...order].sort()).toEqual(CALLS.map((_, index) => `${batchId}-${index}.1`).sort());
}

const STEPS: [step: string, method: string, nth: number][] = [
  ['the batch is opened', 'ExecuteMultiOperation', 1],
  ...Array.from({ length: PAGES }, (_, page): [string, string, number] => [
    `page ${page + 1} of ${PAGES} is loaded`,
    'UpdateWorkflowExecution',
    page + 1,
  ]),
  ['the batch is sealed', 'UpdateWorkflowExecution', PAGES + 1],
];

describe('a request whose API is killed, and that is sent again', () => {
  test.each(STEPS)('after %s: is one whole batch, and each of its calls goes out once', async (step, method, nth) => {
    await cutOff(step, (passing) => passing.method === method && passing.nth === nth && passing.moment === 'answer');
    const again = await send(fresh, step);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    await expectOneBatch(again);
    const third = await send(fresh, step);
    expect(third.body).toEqual(again.body);
  });

  test.each(STEPS)('before %s: is one whole batch, and each of its calls goes out once', async (step, method, nth) => {
    const key = `before ${step}`;
    await cutOff(key, (passing) => passing.method === method && passing.nth === nth && passing.moment === 'request');
    const again = await send(fresh, key);
    // Nobody has heard of the first where it did not even open its batch.
    expect(again.headers.get('idempotent-replayed')).toBe(method === 'ExecuteMultiOperation' ? null : 'true');
    await expectOneBatch(again);
  });
});
