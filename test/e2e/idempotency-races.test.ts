import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyedId } from '../../src/api/accepting/idempotency-key.ts';
import { type Api, eventually } from '../support/api.ts';
import type { Deployment } from '../support/deployment.ts';
import { CALLS, changing, idOf, isReplay, NUMBER, said, sendBulk, startBeforeAndAfter } from '../support/keyed.ts';
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

describe('a batch that is handed over while things change', () => {
  /** Sends a request to an API of its own, and stops it before its first page is loaded. */
  async function stopBeforeLoading(key: string, calls: readonly object[]) {
    const proxy = await TemporalProxy.start(deployment.server.address);
    deployment.configure(changing('48h'));
    const { api: slow, process } = await deployment.startApi({ TEMPORAL_ADDRESS: proxy.address });
    const { arrived, goOn } = proxy.stopAt(
      ({ method, moment }) => method === 'UpdateWorkflowExecution' && moment === 'request',
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
    expect(Date.parse(call?.callDeadline ?? '') - Date.parse(call?.createdTime ?? '')).toBe(72 * 3_600_000);
    goOn();
    // The first finds its page loaded with what the second knew: that is what both are answered.
    const first = await sent;
    expect(said(first)).toEqual(said(second));
    expect(isReplay(first)).toBe(false);
    await end();
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
