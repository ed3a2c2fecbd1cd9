import { getBatchQuery } from '../../../contract/messages.ts';
import type { BatchProgress } from '../../../contract/batch.ts';
import type { CallStatus, Instant } from '../../../contract/call.ts';
import { toInstant } from '../../../domain/instant.ts';
import { type ApiDeps, step } from '../../context.ts';
import { notFound } from '../../problem.ts';
import { retentionMs } from '../../retention.ts';
import { type BatchRecord, findBatch, isOver } from '../batch-record.ts';
import { type BatchStatus, statusOf } from './batch-status.ts';
import { countBatch } from './batch-counts.ts';
import { estimateEnd } from './estimate.ts';

/** A batch as `GET /batches` and `GET /batches/{batchId}` tell it. */
export interface BatchView {
  readonly batchId: string;
  readonly orgId: string;
  readonly agentId: string;
  readonly name: string | null;
  readonly status: BatchStatus;
  /** Why it was paused or canceled; null where it was not, or nobody said. */
  readonly reason: string | null;
  /** Calls in all. */
  readonly total: number;
  /** Of its calls, by status: they add up to the total. */
  readonly counts: Readonly<Record<CallStatus, number>>;
  readonly createdTime: Instant;
  /** Since when its calls may start: it was whole. */
  readonly startedTime: Instant | null;
  /** When the last of its calls ended; null while one has not. */
  readonly finishedTime: Instant | null;
  /** At the pace of its trunk; null where that is not known, and of a batch that is paused, canceled or has ended. */
  readonly estimatedEndTime: Instant | null;
  /** When Temporal forgets it; null while it has not ended. */
  readonly expiresAt: Instant | null;
}

/**
 * A batch and how its calls stand.
 *
 * @throws Problem 404 when the organization has no such batch, or it was never accepted
 */
export async function findBatchView(deps: ApiDeps, orgId: string, batchId: string): Promise<BatchView> {
  const batch = await findBatch(deps, orgId, batchId);
  if (batch === null) throw notFound('such batch');
  return await viewBatch(deps, batch);
}

/** How the calls of a batch stand. */
export async function viewBatch(deps: ApiDeps, batch: BatchRecord): Promise<BatchView> {
  const { batchId, facts, sealedTime, closeTime } = batch;
  const { orgId, agentId, name, total, createdTime } = facts;
  const status = statusOf(batch);
  const progress = await readProgress(deps, batch);
  const counts = await countBatch(deps, batch, progress);
  const isUnderWay = status === 'Starting' || status === 'Running';
  return {
    batchId,
    orgId,
    agentId,
    name,
    status,
    reason: progress?.reason ?? null,
    total,
    counts,
    createdTime,
    startedTime: sealedTime,
    finishedTime: closeTime?.toISOString() ?? null,
    estimatedEndTime: isUnderWay ? await estimateEnd(deps, batch, counts, Date.now()) : null,
    expiresAt: closeTime === null ? null : toInstant(closeTime.getTime() + (await retentionMs(deps.client))),
  };
}

/** Null for one that has ended and was neither canceled nor terminated: nothing is left to ask, and it would be replayed. */
async function readProgress(deps: ApiDeps, batch: BatchRecord): Promise<BatchProgress | null> {
  if (isOver(batch) && statusOf(batch) === 'Completed') return null;
  return await step(deps, () => deps.client.workflow.getHandle(batch.batchId).query(getBatchQuery));
}
