import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { METADATA_ENCODING_KEY, RawValue } from '@temporalio/common';
import pLimit from 'p-limit';
import type { BatchFacts } from '../../contract/batch.ts';
import type { Instant } from '../../contract/call.ts';
import { pageId } from '../../contract/ids.ts';
import { loadPageUpdate, openPagesUpdate, sealBatchUpdate } from '../../contract/messages.ts';
import { startBatchOptions } from '../../contract/start-batch.ts';
import type { callBatch } from '../../workflows/call-batch.ts';
import { type ApiDeps, TEMPORAL_TIMEOUT_MS } from '../context.ts';
import { unavailable } from '../problem.ts';
import type { Pages } from './pages.ts';

/** So many pages are loaded at once: enough to keep Temporal busy, few enough that each is answered well in time. */
const LOADS_AT_ONCE = 4;

/** Which runs of a batch's workflows are meant; the latest where nothing says. */
export interface BatchRuns {
  readonly batch?: string;
  /** By page. */
  readonly pages?: readonly string[];
}

/** A step of handing over has all the time there is: as long as Temporal answers, a batch is not given up for being large. */
export const step = <T>({ client }: ApiDeps, ask: () => Promise<T>): Promise<T> =>
  client.withDeadline(Date.now() + TEMPORAL_TIMEOUT_MS, ask);

/**
 * Starts the batch's workflow, and waits until its pages can be loaded.
 *
 * @returns whether it is new: false where there is a batch of this ID that runs, or that has been sealed
 */
export async function openBatch(
  deps: ApiDeps,
  batchId: string,
  facts: BatchFacts,
  layout: Pages['layout'],
  lastDeadline: Instant,
): Promise<boolean> {
  const options = startBatchOptions(batchId, facts, layout, lastDeadline);
  const startWorkflowOperation = new WithStartWorkflowOperation<typeof callBatch>('callBatch', options);
  try {
    await step(deps, () => deps.client.workflow.executeUpdateWithStart(openPagesUpdate, { startWorkflowOperation }));
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** Loads a batch's pages and seals it: from then on its calls are durable, and start.
 *
 * @throws Problem 503 when the batch ended before it was sealed: nothing was scheduled
 */
export async function loadAndSeal(
  deps: ApiDeps,
  batchId: string,
  loads: Pages['loads'],
  runs: BatchRuns,
): Promise<void> {
  const { workflow } = deps.client;
  const limit = pLimit(LOADS_AT_ONCE);
  try {
    await limit.map(loads, (load, page) =>
      step(deps, () =>
        workflow
          .getHandle(pageId(batchId, page), runs.pages?.[page])
          // By its name: what it is loaded with is written already.
          .executeUpdate(loadPageUpdate.name, { args: [jsonPayload(load)], updateId: 'load' }),
      ),
    );
    const answer = await step(deps, () =>
      workflow.getHandle(batchId, runs.batch).executeUpdate(sealBatchUpdate, { updateId: 'seal' }),
    );
    if (answer === 'sealed') return;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError)) throw error;
  }
  throw unavailable('The batch took too long to arrive, or was cancelled: nothing was scheduled, send it again.');
}

const jsonPayload = (data: Uint8Array): RawValue =>
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
