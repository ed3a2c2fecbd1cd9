import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyedId } from '../../src/api/accepting/idempotency-key.ts';
import { pageId } from '../../src/contract/ids.ts';
import type { BatchMemo } from '../../src/contract/start-batch.ts';
import { type Api, eventually } from '../support/api.ts';
import type { Deployment } from '../support/deployment.ts';
import {
  BEFORE,
  CALLS,
  changing,
  idOf,
  isReplay,
  NUMBER,
  said,
  sendBulk,
  startBeforeAndAfter,
  TOMORROW,
} from '../support/keyed.ts';
import { TemporalProxy } from '../support/temporal-proxy.ts';

let deployment: Deployment;
let api: Api;
/** Of the same deployment, when it was configured anew. */
let after: Api;

beforeAll(async () => {
  const started = await startBeforeAndAfter();
  ({ deployment, before: api, after } = started);
});

afterAll(() => deployment.stop());

const HOUR_MS = 3_600_000;

describe('a batch that is handed over while things change', () => {
  /** Sends a request to an API of its own, and stops it before it loads its nth page. */
  async function stopBeforeLoading(key: string, calls: readonly object[], nth = 1) {
    const proxy = await TemporalProxy.start(deployment.server.address);
    deployment.configureApart(changing(BEFORE));
    const { api: slow, process } = await deployment.startApi({ TEMPORAL_ADDRESS: proxy.address });
    const { arrived, goOn } = proxy.stopAt(
      (passing) => passing.method === 'UpdateWorkflowExecution' && passing.moment === 'request' && passing.nth === nth,
    );
    const sent = sendBulk(slow, key, calls, 'shifting');
    await arrived;
    const end = async () => {
      await process.end('SIGKILL');
      await proxy.stop();
    };
    return { sent, goOn, end };
  }

  test('by an API that has another configuration than the first keeps the first’s time, and is answered as loaded', async () => {
    const calls = [{ endpoint: NUMBER }];
    const { sent, goOn, end } = await stopBeforeLoading('changed', calls);
    const second = await sendBulk(after, 'changed', calls, 'shifting');
    expect(second.status).toBe(201);
    expect(isReplay(second)).toBe(true);
    const [call] = second.body;
    expect(Date.parse(call?.callDeadline ?? '') - Date.parse(call?.createdTime ?? '')).toBe(72 * HOUR_MS);
    const { memo } = await deployment.client.workflow.getHandle(idOf(second)).describe();
    expect((memo as BatchMemo).batch.createdTime).toBe(call?.createdTime);
    goOn();
    // The first finds its page loaded with what the second knew: that is what both are answered.
    const first = await sent;
    expect(said(first)).toEqual(said(second));
    expect(isReplay(first)).toBe(false);
    await end();
  });

  test('by an API that would deal its calls out to other pages has each of them once', async () => {
    // Two pages, of 17 calls and of one: for the first the even ones are due first, for the second all are due together.
    const calls = Array.from({ length: 18 }, (_, index) => ({
      endpoint: NUMBER,
      priority: 1 + (index % 2),
      scheduledTime: new Date(Date.parse(TOMORROW) + (index % 2) * HOUR_MS).toISOString(),
      additionalData: { index, story: 'x'.repeat(60_000) },
    }));
    const { sent, end } = await stopBeforeLoading('dealt otherwise', calls, 2);
    const lost = expect(sent).rejects.toThrow('fetch failed');
    const batchId = keyedId('default', 'dealt otherwise');
    await eventually(
      async () => await deployment.client.workflow.getHandle(pageId(batchId, 0)).fetchHistory(),
      ({ events }) => events?.some((event) => event.workflowExecutionUpdateCompletedEventAttributes) === true,
    );
    await end();
    await lost;

    const { status, body } = await sendBulk(after, 'dealt otherwise', calls, 'shifting');
    expect(status).toBe(201);
    expect(body.map(({ callId }) => callId)).toEqual(calls.map((_, index) => `${batchId}-${index}`));
    expect(body).toMatchObject(calls.map(({ endpoint, additionalData }) => ({ endpoint, additionalData })));
    const hours = body.map(({ callDeadline }, index) => {
      return (Date.parse(callDeadline) - Date.parse(calls[index]?.scheduledTime ?? '')) / HOUR_MS;
    });
    expect(hours).toEqual(calls.map((_, index) => (index === 17 ? 72 : 48)));
    await eventually(
      () => api.total(`batchId=${batchId}`),
      (total) => total === calls.length,
    );
  });

  test('and expires meanwhile gives its key back, and whoever was held up does not get into the next one', async () => {
    const held = await stopBeforeLoading('expired', [{ endpoint: NUMBER }, { endpoint: NUMBER }]);
    const handle = deployment.client.workflow.getHandle(keyedId('default', 'expired'));
    // As its time-out does, only sooner.
    await handle.signal('cancelBatch', {});
    await expect(handle.result()).rejects.toThrow();

    const anew = await sendBulk(api, 'expired', CALLS, 'shifting');
    expect(anew.status).toBe(201);
    expect(isReplay(anew)).toBe(false);
    expect(idOf(anew)).toBe(handle.workflowId);
    held.goOn();
    // 503 where it was held up for longer than Temporal has to answer.
    expect([422, 503]).toContain((await held.sent).status);
    expect(said(await sendBulk(api, 'expired', CALLS, 'shifting'))).toEqual(said(anew));
    await eventually(
      () => api.total(`batchId=${idOf(anew)}`),
      (total) => total === CALLS.length,
    );
    await held.end();
  });
});
