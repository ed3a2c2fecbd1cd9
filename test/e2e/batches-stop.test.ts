import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BATCH_STATE } from '../../src/contract/search-attributes.ts';
import { type Api, type CallAnswer, eventually, type ProblemAnswer, type TrunkAnswer } from '../support/api.ts';
import { Deployment } from '../support/deployment.ts';
import { auditLedger } from '../support/ledger-audit.ts';

/** Rings for 0.4 s and talks for 3 s at the speed of `demo`; nobody answers 0003, which rings for long. */
const [ANSWERED, RINGS] = ['+14155550001', '+14155550003'];

/** `paced` is handed calls faster than it may dial them: they wait in its host. */
const CONFIG = `
organizations:
  - { orgId: default, apiKeys: [{ name: tests, key: outdial-development }] }
  - { orgId: other, apiKeys: [{ name: tests, key: key-of-other }] }
trunks:
  - { name: demo, lines: 10, dialer: { type: simulator, speed: 10 } }
  - { name: paced, lines: 20, callsPerSecond: 2, dialer: { type: simulator, speed: 10 } }
agents:
  - { agentId: demo, name: Always open, trunk: demo, ringTimeout: 80s }
  - { agentId: paced, name: Slow, trunk: paced }
`;

let deployment: Deployment;
let api: Api;

beforeAll(async () => {
  deployment = await Deployment.start(CONFIG);
  const [started] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  ({ api } = started);
});

afterAll(() => deployment.stop());

interface SentBatch {
  readonly batchId: string;
  readonly calls: readonly CallAnswer[];
}

async function send(count: number, call: object, agentId = 'demo'): Promise<SentBatch> {
  const calls = await api.bulk(
    agentId,
    Array.from({ length: count }, () => ({ ...call })),
  );
  return { batchId: calls[0]?.callId.replace(/-\d+$/, '') ?? '', calls };
}

/** When calls of a batch were dialed, in milliseconds since the epoch. */
const dialsOf = ({ batchId }: SentBatch, trunk = 'demo'): number[] =>
  deployment
    .readLedger(trunk)
    .filter(({ event, identity }) => event === 'place' && identity.startsWith(batchId))
    .map(({ time }) => Date.parse(time));

const untilDialed = (batch: SentBatch, atLeast: number, trunk?: string): Promise<number[]> =>
  eventually(
    () => Promise.resolve(dialsOf(batch, trunk)),
    (dials) => dials.length >= atLeast,
  );

/**
 * Those that came later than a second after something was stopped. The bench has the time from the request on: here other
 * tests have the machine, too.
 */
const late = (dials: readonly number[], stopped: number): number[] => dials.filter((at) => at > stopped + 1_000);

/** Resolves once the batch says that it is canceled. */
async function untilCanceled({ batchId }: SentBatch): Promise<void> {
  const { workflow } = deployment.client;
  await eventually(
    async () => (await workflow.getHandle(batchId).describe()).typedSearchAttributes.get(BATCH_STATE),
    (state) => state === 'Canceled',
  );
}

const post = (path: string, body?: object) => api.request<ProblemAnswer>('POST', path, body);

describe('a batch that is paused', () => {
  test('dials nothing more a second later, lets its deadlines pass, and goes on where it was once it is resumed', async () => {
    const soon = { endpoint: ANSWERED, callDeadline: new Date(Date.now() + 15_000).toISOString() };
    const [batch, other] = [await send(60, { endpoint: ANSWERED }), await send(5, soon)];
    await untilDialed(batch, 12);
    const answers = await Promise.all(
      [batch, other].map(({ batchId }) => post(`/batches/${batchId}/pause`, { reason: 'a complaint' })),
    );
    const stopped = Date.now();
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    await sleep(3_000);
    const before = dialsOf(batch);
    expect(late(before, stopped)).toEqual([]);
    expect(before.length).toBeLessThan(60);
    // Those that wait for a line, and those that have not started, say why.
    const waiting = await api.read<{ calls: CallAnswer[] }>(
      `/calls/queue/list?batchId=${batch.batchId}&status=Created&status=Queued`,
    );
    for (const { callId } of waiting.body.calls) {
      const { status, waitingFor } = await api.get(callId);
      if (status === 'Created' || status === 'Queued') expect(waitingFor?.for).toBe('batch-paused');
    }

    // Its calls come to the gate one after the other, and are held there.
    const last = batch.calls.at(-1)?.callId ?? '';
    expect(await api.until(last, ({ waitingFor }) => waitingFor?.for === 'batch-paused')).toMatchObject({
      status: 'Pending',
    });
    const dialed = new Set(auditLedger(deployment.readLedger()).order);
    for (const { callId } of other.calls.filter(({ callId }) => !dialed.has(`${callId}.1`))) {
      expect(await api.untilEnded(callId)).toMatchObject({ status: 'Canceled', reason: 'deadline' });
    }

    expect((await post(`/batches/${batch.batchId}/resume`)).status).toBe(200);
    for (const { callId } of batch.calls) {
      expect(await api.untilEnded(callId)).toMatchObject({ status: 'Completed', attempts: [{}] });
    }
    expect(auditLedger(deployment.readLedger()).dialedTwice).toEqual([]);
  });

  test('lets calls of other batches out meanwhile', async () => {
    const paused = await send(80, { endpoint: ANSWERED });
    await post(`/batches/${paused.batchId}/pause`);
    const other = await send(3, { endpoint: ANSWERED });
    for (const { callId } of other.calls) expect((await api.untilEnded(callId)).status).toBe('Completed');
    expect((await api.request('DELETE', `/batches/${paused.batchId}`)).status).toBe(200);
    for (const { callId } of paused.calls) await api.untilEnded(callId);
  });
});

describe('a batch that is canceled', () => {
  const ways = [
    { how: 'through the API', cancel: (batchId: string) => api.request('DELETE', `/batches/${batchId}`) },
    {
      how: "in Temporal's Web UI",
      cancel: (batchId: string) => deployment.client.workflow.getHandle(batchId).cancel(),
    },
  ];

  test.each(ways)('$how dials nothing more a second later, and lets who talks finish', async ({ cancel }) => {
    const batch = await send(150, { endpoint: ANSWERED });
    await untilDialed(batch, 12);
    await cancel(batch.batchId);
    await untilCanceled(batch);
    const stopped = Date.now();
    const ended: CallAnswer[] = [];
    for (const { callId } of batch.calls) ended.push(await api.untilEnded(callId));
    const dials = dialsOf(batch);
    expect(late(dials, stopped)).toEqual([]);
    const completed = ended.filter(({ status }) => status === 'Completed');
    expect(completed.length).toBeGreaterThan(0);
    for (const { status, reason } of ended.filter((call) => !completed.includes(call))) {
      expect({ status, reason }).toEqual({ status: 'Canceled', reason: 'batch' });
    }
    expect((await api.request('DELETE', `/batches/${batch.batchId}`)).status).toBe(409);
    expect((await post(`/batches/${batch.batchId}/pause`)).status).toBe(409);
  });

  test('stops the ringing of its calls', async () => {
    const batch = await send(3, { endpoint: RINGS });
    await untilDialed(batch, 3);
    await api.request('DELETE', `/batches/${batch.batchId}`);
    for (const { callId } of batch.calls) {
      expect(await api.untilEnded(callId)).toMatchObject({ status: 'Canceled', reason: 'batch' });
    }
  });

  test('is another organization’s business to nobody, and an unknown one to no one', async () => {
    const batch = await send(1, { endpoint: ANSWERED });
    const { Api: Client } = await import('../support/api.ts');
    const other = new Client(api.url, 'key-of-other');
    for (const [method, path] of [
      ['DELETE', ''],
      ['POST', '/pause'],
      ['POST', '/resume'],
    ] as const) {
      expect((await other.request(method, `/batches/${batch.batchId}${path}`)).status).toBe(404);
      expect((await api.request(method, `/batches/nothing${path}`)).status).toBe(404);
    }
    for (const { callId } of batch.calls) expect((await api.untilEnded(callId)).status).toBe('Completed');
  });
});

describe('the stop button', () => {
  test('stops every trunk: no new dial a second later, not even of calls that wait for their turns in a host', async () => {
    const [batch, paced] = [await send(60, { endpoint: ANSWERED }), await send(30, { endpoint: ANSWERED }, 'paced')];
    await Promise.all([untilDialed(batch, 12), untilDialed(paced, 4, 'paced')]);
    const { status, body } = await api.request<TrunkAnswer[]>('POST', '/trunks/pause', { reason: 'a regulator' });
    expect(status).toBe(200);
    expect(body.map(({ name, paused, pausedReason }) => [name, paused, pausedReason])).toEqual([
      ['demo', true, 'a regulator'],
      ['paced', true, 'a regulator'],
    ]);
    const stopped = Date.now();
    await sleep(4_000);
    expect(late(dialsOf(batch), stopped)).toEqual([]);
    expect(late(dialsOf(paced, 'paced'), stopped)).toEqual([]);

    await Promise.all([post('/trunks/demo/resume'), post('/trunks/paced/resume')]);
    for (const { callId } of [...batch.calls, ...paced.calls]) {
      expect(await api.untilEnded(callId)).toMatchObject({ status: 'Completed', attempts: [{}] });
    }
    for (const trunk of ['demo', 'paced']) expect(auditLedger(deployment.readLedger(trunk)).dialedTwice).toEqual([]);
  });
});
