import { WorkflowNotFoundError } from '@temporalio/client';
import type { ApiDeps } from '../context.ts';
import { conflict, notFound } from '../problem.ts';
import { findBatch, isOver } from '../reading/batch-record.ts';
import { type BatchStatus, statusOf } from '../reading/batches/batch-status.ts';
import { lookUntil } from '../look-until.ts';

/** A batch that was asked something. */
export interface ControlledBatch {
  readonly batchId: string;
  /** As it stands by then: its calls follow, which may take minutes. */
  readonly status: BatchStatus;
}

/**
 * Stops new dials of a batch; calls in progress go on, and deadlines pass.
 *
 * @throws Problem 404 for no such batch, 409 for one that has ended or is cancelled
 */
export const pauseBatch = (deps: ApiDeps, orgId: string, batchId: string, reason: string): Promise<ControlledBatch> =>
  control(deps, orgId, batchId, 'pauseBatch', { reason }, (status) => status === 'Paused');

/** Lets a batch go on where it was. Like {@link pauseBatch}. */
export const resumeBatch = (deps: ApiDeps, orgId: string, batchId: string): Promise<ControlledBatch> =>
  control(deps, orgId, batchId, 'resumeBatch', {}, (status) => status !== 'Paused');

/** Cancels what waits or rings of a batch; who talks finishes talking. Like {@link pauseBatch}. */
export const cancelBatch = (deps: ApiDeps, orgId: string, batchId: string, reason: string): Promise<ControlledBatch> =>
  control(deps, orgId, batchId, 'cancelBatch', { reason }, (status) => status === 'Canceled');

async function control(
  deps: ApiDeps,
  orgId: string,
  batchId: string,
  signal: string,
  fields: object,
  isSo: (status: BatchStatus) => boolean,
): Promise<ControlledBatch> {
  const before = await findBatch(deps, orgId, batchId);
  if (before === null) throw notFound('such batch');
  if (isOver(before)) throw conflict('The batch has ended.');
  if (before.state === 'Canceled') throw conflict('The batch is canceled already.');
  try {
    await deps.client.workflow.getHandle(batchId).signal(signal, fields);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw conflict('The batch has just ended.');
    throw error;
  }
  const batch = await lookUntil(
    async () => (await findBatch(deps, orgId, batchId)) ?? before,
    (seen) => isSo(statusOf(seen)) || isOver(seen),
  );
  return { batchId, status: statusOf(batch) };
}
