import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, type CallAnswer, eventually } from '../support/api.ts';
import { Deployment, testConfig } from '../support/deployment.ts';
import { auditLedger } from '../support/ledger-audit.ts';

const BUSY = '+14155550002';
/** Of each batch: small enough for a test, and many times what the trunk has lines. */
const CALLS = 80;

let deployment: Deployment;
let api: Api;

beforeAll(async () => {
  deployment = await Deployment.start(testConfig({ lines: 2, speed: 20 }));
  const [started] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  ({ api } = started);
});

afterAll(() => deployment.stop());

const batchOf = ([first]: readonly CallAnswer[]): string => first?.callId.replace(/-\d+$/, '') ?? '';

async function queued(count: number, call: object): Promise<string> {
  const calls = await api.bulk('demo', Array(count).fill(call) as object[]);
  const batchId = batchOf(calls);
  await eventually(
    () => api.total(`batchId=${batchId}&status=Queued`),
    (total) => total === count,
    60_000,
  );
  return batchId;
}

test('two batches of one trunk progress side by side, the later one too, and a higher priority still goes first', async () => {
  await api.request('POST', '/trunks/demo/pause');
  const first = await queued(CALLS, { endpoint: BUSY });
  const second = await queued(CALLS, { endpoint: BUSY });
  const urgent = await queued(10, { endpoint: BUSY, priority: 9 });
  await api.request('POST', '/trunks/demo/resume');
  const { order } = await eventually(
    () => Promise.resolve(auditLedger(deployment.readLedger())),
    ({ dials }) => dials === 2 * CALLS + 10,
    60_000,
  );
  const batches = order.map((identity) => batchOf([{ callId: identity.split('.')[0] } as CallAnswer]));
  expect(new Set(batches.slice(0, 10))).toEqual(new Set([urgent]));
  // While both wait, each has its share: of any 20 dials no batch has fewer than five.
  const shared = batches.slice(10, 10 + 2 * CALLS - 40);
  for (let from = 0; from + 20 <= shared.length; from += 20) {
    const some = shared.slice(from, from + 20);
    for (const batch of [first, second]) expect(some.filter((one) => one === batch).length).toBeGreaterThanOrEqual(5);
  }
});
