import type { Client } from '@temporalio/client';
import { askBatch, type BatchGate } from '../activities/batch-gate.ts';
import { Recent } from '../activities/recent.ts';
import type { TrunkRef } from '../contract/trunk.ts';
import type { TrunkQueues } from '../temporal/trunk-queues.ts';

/** How old an answer may be, in milliseconds: what is stopped dials nothing more within a second. */
const MAX_AGE_MS = 250;

/** How long Temporal has to answer, in milliseconds: meanwhile a trunk's other calls wait for their turns. */
const ASK_TIMEOUT_MS = 3_000;

/** What people have stopped, as this process knows it. */
export interface Stops {
  batch(batchId: string): Promise<BatchGate>;
  isPaused(trunk: TrunkRef): Promise<boolean>;
}

/** Looks at batches and at the queues of trunks, at most four times a second each. */
export function watchStops(client: Client, queues: TrunkQueues): Stops {
  const inTime = <T>(ask: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + ASK_TIMEOUT_MS, ask);
  const batches = new Recent((batchId) => inTime(() => askBatch(client, batchId)), MAX_AGE_MS);
  const rates = new Recent(async (key) => {
    const { rate } = await inTime(() => queues.read(JSON.parse(key) as TrunkRef));
    return rate;
  }, MAX_AGE_MS);
  return {
    batch: (batchId) => batches.of(batchId),
    isPaused: async ({ orgId, trunk }) => (await rates.of(JSON.stringify({ orgId, trunk }))) === 0,
  };
}
