import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BatchProgress } from '../../src/contract/batch.ts';
import { type Api, type CallAnswer, eventually } from '../support/api.ts';
import { Deployment } from '../support/deployment.ts';
import { auditLedger } from '../support/ledger-audit.ts';
import { BUSY, Operator, STAGES, type Stage } from '../support/operator.ts';

/** At this speed it rings for 2 s and talks for 15; what nobody answers rings for 22. */
const SPEED = 2;

const CONFIG = `
trunks:
  - { name: demo, lines: 60, dialer: { type: simulator, speed: ${SPEED} } }
  - { name: shut, lines: 1, dialer: { type: simulator, speed: ${SPEED} } }
agents:
  - { agentId: demo, name: Always open, trunk: demo }
`;

let deployment: Deployment;
let api: Api;
let operator: Operator;

beforeAll(async () => {
  deployment = await Deployment.start(CONFIG);
  const [{ api: started }] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  api = started;
  operator = new Operator(deployment, api);
  await operator.pause('shut');
});

afterAll(() => deployment.stop());

/** A batch with a call at each stage, and one that has ended. */
interface Batch extends Readonly<Record<Stage | 'ended', string>> {
  readonly batchId: string;
  readonly page: string;
}

/** On a busy machine the API would rather answer 503, and schedule nothing, than wait. */
async function bulk(calls: readonly object[]): Promise<CallAnswer[]> {
  const { body } = await eventually(
    () => api.request<CallAnswer[]>('POST', '/calls/bulk?agentId=demo', calls),
    ({ status }) => status === 201,
  );
  return body;
}

async function batch(): Promise<Batch> {
  const { asleep, queued, ringing, talking } = STAGES;
  const shut = { overrideOutboundConfig: { credentialsId: 'shut' } };
  const requests = [asleep.call, { ...queued.call, ...shut }, ringing.call, talking.call, { endpoint: BUSY }];
  const [first, ...others] = (await bulk(requests)).map(({ callId }) => callId);
  const [second, third, fourth, fifth] = others;
  if (first === undefined || second === undefined || third === undefined) throw new Error('Expected five calls');
  if (fourth === undefined || fifth === undefined) throw new Error('Expected five calls');
  const batchId = first.replace(/-0$/, '');
  const ids = { asleep: first, queued: second, ringing: third, talking: fourth, ended: fifth };
  await Promise.all([
    ...(['asleep', 'queued', 'ringing', 'talking'] as const).map((at) => api.until(ids[at], STAGES[at].isThere)),
    operator.untilEnded(ids.ended),
  ]);
  return { batchId, page: `${batchId}-page-0`, ...ids };
}

/** What waits or rings ends, and who talks finishes talking. */
async function expectOver(calls: Batch, reason: string): Promise<void> {
  for (const stage of ['asleep', 'queued', 'ringing'] as const) {
    expect(await operator.untilEnded(calls[stage])).toMatchObject({ status: 'Canceled', reason });
  }
  expect(operator.carrier(calls.ringing)).toMatchObject({ dials: 1, hangUps: 1, withoutEnd: [] });
  expect(await operator.untilEnded(calls.talking)).toMatchObject({ status: 'Completed', durationSeconds: 15 });
  expect(operator.carrier(calls.talking)).toMatchObject({ dials: 1, hangUps: 0 });
  expect(operator.carrier(calls.asleep).dials + operator.carrier(calls.queued, 'shut').dials).toBe(0);
  expect(await api.get(calls.ended)).toMatchObject({ status: 'Failed', attempts: [{ disposition: 'busy' }] });
}

/** Everything stands where it stood. */
async function expectUntouched(calls: Batch): Promise<void> {
  for (const stage of ['asleep', 'queued', 'ringing'] as const) {
    expect(await api.get(calls[stage])).toSatisfy(STAGES[stage].isThere);
  }
  expect(operator.carrier(calls.ringing)).toMatchObject({ dials: 1, hangUps: 0 });
  expect(await operator.untilEnded(calls.talking)).toMatchObject({ status: 'Completed', durationSeconds: 15 });
  expect(operator.carrier(calls.talking)).toMatchObject({ dials: 1, hangUps: 0 });
}

const progress = (batchId: string): Promise<BatchProgress> =>
  deployment.client.workflow.getHandle(batchId).query<BatchProgress>('getBatch');

const ENDED_BY_AN_OPERATOR = { completed: 1, failed: 1, canceled: 3 };

describe.concurrent('cancelling a batch', () => {
  test.each([
    ['in the Web UI', ({ batchId }: Batch) => operator.cancel(batchId)],
    ['with the signal cancelBatch', ({ batchId }: Batch) => operator.signal(batchId, 'cancelBatch', '{"reason":"x"}')],
    ['with a signal without input', ({ batchId }: Batch) => operator.signal(batchId, 'cancelBatch')],
    [
      'with a signal that nobody can decode',
      ({ batchId }: Batch) =>
        operator.signal(batchId, 'cancelBatch', '%', '--input-meta', 'encoding=binary/unheard-of'),
    ],
    ['by cancelling its page', ({ page }: Batch) => operator.cancel(page)],
  ])('%s ends what waits or rings, who talks finishes, and then it completes', async (_, cancel) => {
    const calls = await batch();
    await cancel(calls);
    await expectOver(calls, 'batch');
    expect(await operator.untilClosed(calls.page)).toBe('COMPLETED');
    expect(await operator.untilClosed(calls.batchId)).toBe('COMPLETED');
    expect(await progress(calls.batchId)).toMatchObject({ ended: ENDED_BY_AN_OPERATOR });
  });

  test('with a signal of another name does nothing', async () => {
    const calls = await batch();
    await operator.signal(calls.batchId, 'cancel');
    await operator.signal(calls.page, 'cancelBatch');
    await operator.signal(calls.batchId, 'pageStarted', '"x"');
    await operator.signal(calls.page, 'startCalls', '[]');
    await expectUntouched(calls);
    expect(await progress(calls.batchId)).toMatchObject({ state: 'Running', pagesStarted: 1 });
    await operator.cancel(calls.batchId);
    await operator.untilClosed(calls.batchId);
  });
});

describe.concurrent('terminating', () => {
  test('a batch terminates its pages; what waits or rings is canceled, and who talks finishes', async () => {
    const calls = await batch();
    await operator.terminate(calls.batchId);
    await expectOver(calls, 'request');
    expect(await operator.statusOf(calls.page)).toBe('TERMINATED');
    expect(await operator.statusOf(calls.asleep)).toBe('CANCELLED');
  });

  test('a page does the same to its calls, and its batch completes without it', async () => {
    const calls = await batch();
    await operator.terminate(calls.page);
    await expectOver(calls, 'request');
    expect(await operator.untilClosed(calls.batchId)).toBe('COMPLETED');
    expect(await progress(calls.batchId)).toMatchObject({ ended: { completed: 0, failed: 0, canceled: 0 } });
  });

  test('a call of a batch counts as one that was canceled', async () => {
    const calls = await batch();
    await operator.terminate(calls.talking);
    await operator.untilOver(calls.talking, 'demo', 6_000);
    await operator.cancel(calls.batchId);
    await operator.untilClosed(calls.batchId);
    expect(await progress(calls.batchId)).toMatchObject({ ended: { completed: 0, failed: 1, canceled: 4 } });
  });
});

describe.concurrent('resetting', () => {
  test.each([
    ['a batch', ({ batchId }: Batch) => batchId],
    ['a page', ({ page }: Batch) => page],
  ])('%s to its last task leaves its calls alone, and it goes on to count their ends', async (_, which) => {
    const calls = await batch();
    await operator.reset(which(calls), 'LastWorkflowTask');
    await expectUntouched(calls);
    await operator.cancel(calls.batchId);
    expect(await operator.untilClosed(calls.batchId)).toBe('COMPLETED');
    expect(await progress(calls.batchId)).toMatchObject({ ended: ENDED_BY_AN_OPERATOR });
  });

  test('a page to its first task leaves its calls alone: it dials nobody again, and ends without them', async () => {
    const calls = await batch();
    await operator.reset(calls.page, 'FirstWorkflowTask');
    expect(await operator.untilClosed(calls.page)).toBe('COMPLETED');
    expect(await operator.untilClosed(calls.batchId)).toBe('COMPLETED');
    await expectUntouched(calls);
    await operator.cancel(calls.asleep);
    expect(await operator.untilEnded(calls.asleep)).toMatchObject({ status: 'Canceled', reason: 'request' });
  });

  test('a batch to its first task leaves its calls alone: it ends without its page, which goes on', async () => {
    const calls = await batch();
    await operator.reset(calls.batchId, 'FirstWorkflowTask');
    expect(await operator.untilClosed(calls.batchId)).toBe('COMPLETED');
    expect(await operator.statusOf(calls.page)).toBe('RUNNING');
    await expectUntouched(calls);
    await operator.cancel(calls.page);
    expect(await operator.untilClosed(calls.page)).toBe('COMPLETED');
    expect(await operator.untilEnded(calls.asleep)).toMatchObject({ status: 'Canceled', reason: 'batch' });
  });

  test.each(['FirstWorkflowTask', 'LastWorkflowTask'] as const)(
    'a batch that has ended, to %s, ends again and dials nobody again',
    async (to) => {
      const [call] = await bulk([{ endpoint: BUSY }]);
      const callId = call?.callId ?? '';
      const batchId = callId.replace(/-0$/, '');
      await operator.untilClosed(batchId);
      await operator.reset(batchId, to);
      expect(await operator.untilClosed(batchId)).toBe('COMPLETED');
      expect(operator.carrier(callId).dials).toBe(1);
    },
  );
});

test('the tree is there for the Web UI: each workflow names its parent and the batch as its root', async () => {
  const [call] = await bulk([{ endpoint: BUSY }]);
  const callId = call?.callId ?? '';
  const batchId = callId.replace(/-0$/, '');
  await operator.untilClosed(batchId);
  const infoOf = async (workflowId: string) =>
    (await deployment.client.workflow.getHandle(workflowId).describe()).raw.workflowExecutionInfo;
  expect(await infoOf(callId)).toMatchObject({
    parentExecution: { workflowId: `${batchId}-page-0` },
    rootExecution: { workflowId: batchId },
  });
  expect(await infoOf(`${batchId}-page-0`)).toMatchObject({
    parentExecution: { workflowId: batchId },
    rootExecution: { workflowId: batchId },
  });
});

test('whatever operators did, nobody was dialed twice and nobody is left on a line', async () => {
  const audit = await eventually(
    () => Promise.resolve(auditLedger(deployment.readLedger())),
    ({ withoutEnd }) => withoutEnd.length === 0,
  );
  expect(audit).toMatchObject({ dialedTwice: [], endedTwice: [] });
});
