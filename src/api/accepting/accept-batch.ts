import { v7 as uuidv7 } from 'uuid';
import type { ApiDeps } from '../context.ts';
import { unavailable } from '../problem.ts';
import { answerBulk, type BulkAnswer } from './answers.ts';
import { giveUp, loadAndSeal, openBatch } from './hand-over.ts';
import { type BulkRequest, prepareBatch, type PreparedBatch } from './prepare-batch.ts';

/**
 * Hands over the calls of one request, all or none: opens a batch, loads its pages and seals it. Until the seal no call is
 * started, so that wherever this breaks off, nothing is scheduled.
 *
 * @throws Problem 400, 404, 409 or 413 for a request that cannot be accepted, 503 when the batch ended before its seal
 */
export async function acceptBatch(deps: ApiDeps, request: BulkRequest): Promise<BulkAnswer> {
  const batchId = uuidv7();
  const prepared = await prepareBatch(deps, request, batchId, null);
  try {
    // The answer is written while Temporal works.
    const [, answer] = await Promise.all([handOver(deps, batchId, prepared), answerBulk(batchId, prepared.calls)]);
    return answer;
  } catch (error) {
    giveUp(deps, batchId);
    throw error;
  }
}

async function handOver(deps: ApiDeps, batchId: string, prepared: PreparedBatch): Promise<void> {
  await openBatch(deps, batchId, prepared);
  const isSealed = await loadAndSeal(deps, batchId, prepared.loads, {});
  if (isSealed) return;
  throw unavailable('The batch took too long to arrive, or was cancelled: nothing was scheduled, send it again.');
}
