import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { METADATA_ENCODING_KEY, RawValue } from '@temporalio/common';
import pLimit from 'p-limit';
import { pageId } from '../../contract/ids.ts';
import { loadPageUpdate, openPagesUpdate, sealBatchUpdate } from '../../contract/messages.ts';
import { startBatchOptions } from '../../contract/start-batch.ts';
import type { callBatch } from '../../workflows/call-batch.ts';
import { type ApiDeps, step } from '../context.ts';
import type { Pages } from './pages.ts';
import type { PreparedBatch } from './prepare-batch.ts';

/** So many pages are loaded at once: enough to keep Temporal busy, few enough that each is answered well in time. */
const LOADS_AT_ONCE = 4;

/** Which runs of a batch's workflows are meant; the latest where nothing says. */
export interface BatchRuns {
  readonly batch?: string;
  /** By page. */
  readonly pages?: readonly string[];
}

/**
 * Starts the batch's workflow, and waits until its pages can be loaded.
 *
 * @returns its run; null where there is a batch of this ID already, be it that it runs or that it was sealed, and where it
 *   was cancelled at once
 */
export async function openBatch(deps: ApiDeps, batchId: string, prepared: PreparedBatch): Promise<string | null> {
  const { facts, layout, lastDeadline } = prepared;
  const options = startBatchOptions(batchId, facts, layout, lastDeadline);
  const startWorkflowOperation = new WithStartWorkflowOperation<typeof callBatch>('callBatch', options);
  try {
    return await step(deps, async () => {
      const update = { startWorkflowOperation, waitForStage: 'ACCEPTED' as const };
      const opening = await deps.client.workflow.startUpdateWithStart(openPagesUpdate, update);
      await opening.result();
      return opening.workflowRunId ?? null;
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError || error instanceof WorkflowUpdateFailedError)
      return null;
    throw error;
  }
}

/** Waits until the pages of a batch can be loaded; false where it has ended. */
export const openPages = async (deps: ApiDeps, batchId: string, runId: string): Promise<boolean> =>
  await unlessEnded(async () => {
    const handle = deps.client.workflow.getHandle(batchId, runId);
    await step(deps, () => handle.executeUpdate(openPagesUpdate));
    return true;
  });

/**
 * Loads a batch's pages and seals it: from then on its calls are durable, and start.
 *
 * @returns whether it is sealed; otherwise it has ended, and nothing was scheduled
 */
export const loadAndSeal = async (
  deps: ApiDeps,
  batchId: string,
  loads: Pages['loads'],
  runs: BatchRuns,
): Promise<boolean> =>
  await unlessEnded(async () => {
    const { workflow } = deps.client;
    await pLimit(LOADS_AT_ONCE).map(loads, (load, page) => {
      const handle = workflow.getHandle(pageId(batchId, page), runs.pages?.[page]);
      // By its name: what it is loaded with is written already.
      return step(deps, () => handle.executeUpdate(loadPageUpdate.name, { args: [toPayload(load)], updateId: 'load' }));
    });
    const handle = workflow.getHandle(batchId, runs.batch);
    return (await step(deps, () => handle.executeUpdate(sealBatchUpdate, { updateId: 'seal' }))) === 'sealed';
  });

/** False where a workflow has ended before it was asked, or was gone when it should have answered. */
async function unlessEnded(ask: () => Promise<boolean>): Promise<boolean> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError) return false;
    throw error;
  }
}

const toPayload = (data: Uint8Array): RawValue =>
  RawValue.fromPayload({ metadata: { [METADATA_ENCODING_KEY]: Buffer.from('json/plain') }, data });

/** How long Temporal has to hear that a batch is given up, in milliseconds: nobody waits for it. */
const GIVE_UP_TIMEOUT_MS = 10_000;

/**
 * Cancels a batch whose client is told that it failed: they send the calls again, so a seal that is still on its way must
 * not start them too. Where Temporal does not hear of it, the batch expires by itself, unless it was sealed.
 */
export function giveUp({ client, log }: ApiDeps, batchId: string): void {
  client
    .withDeadline(Date.now() + GIVE_UP_TIMEOUT_MS, () =>
      client.workflow.getHandle(batchId).signal('cancelBatch', { reason: 'not accepted' }),
    )
    // It was never started, or has expired.
    .catch((error: unknown) => log.debug({ err: error, batchId }, 'a batch that was given up is not told'));
}
