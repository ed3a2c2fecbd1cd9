import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { ApiDeps } from '../context.ts';
import { conflict, notFound } from '../problem.ts';
import { type BatchRecord, findBatch } from '../reading/batch-record.ts';

/** How long a batch has to do what it is asked before the answer tells that it has not, yet, in milliseconds. */
const APPLY_TIMEOUT_MS = 2_500;

/** How often it is looked at meanwhile, in milliseconds. */
const LOOK_MS = 50;

/**
 * Stops new dials of a batch; calls in progress go on, and deadlines pass.
 *
 * @returns whether it is so by now
 * @throws Problem 404 for no such batch, 409 for one that has ended or is cancelled
 */
export const pauseBatch = (deps: ApiDeps, orgId: string, batchId: string, reason: string): Promise<boolean> =>
  control(deps, orgId, batchId, 'pauseBatch', { reason }, ({ state }) => state === 'Paused');

/** Lets a batch go on where it was. Like {@link pauseBatch}. */
export const resumeBatch = (deps: ApiDeps, orgId: string, batchId: string): Promise<boolean> =>
  control(deps, orgId, batchId, 'resumeBatch', {}, ({ state }) => state !== 'Paused');

/** Cancels what waits or rings of a batch; who talks finishes talking. Like {@link pauseBatch}. */
export const cancelBatch = (deps: ApiDeps, orgId: string, batchId: string, reason: string): Promise<boolean> =>
  control(deps, orgId, batchId, 'cancelBatch', { reason }, ({ state }) => state === 'Canceled');

async function control(
  deps: ApiDeps,
  orgId: string,
  batchId: string,
  signal: string,
  fields: object,
  isSo: (batch: BatchRecord) => boolean,
): Promise<boolean> {
  const before = await find(deps, orgId, batchId);
  if (before.execution !== 'RUNNING') throw conflict('The batch has ended.');
  if (before.state === 'Canceled') throw conflict('The batch is canceled already.');
  try {
    await deps.client.workflow.getHandle(batchId).signal(signal, fields);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw conflict('The batch has just ended.');
    throw error;
  }
  const timeout = Date.now() + APPLY_TIMEOUT_MS;
  while (!isSo(await find(deps, orgId, batchId))) {
    if (Date.now() > timeout) return false;
    await sleep(LOOK_MS);
  }
  return true;
}

async function find(deps: ApiDeps, orgId: string, batchId: string): Promise<BatchRecord> {
  const batch = await findBatch(deps, orgId, batchId);
  if (batch === null) throw notFound('such batch');
  return batch;
}
