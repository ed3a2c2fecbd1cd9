import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  type ChildWorkflowHandle,
  condition,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { type BatchInput, type BatchProgress, EMPTY_TALLY, SEAL_TIMEOUT_MS, type Tally } from '../contract/batch.ts';
import { pageId } from '../contract/ids.ts';
import {
  cancelBatchSignal,
  getBatchQuery,
  openPagesUpdate,
  pageStartedSignal,
  sealBatchUpdate,
} from '../contract/messages.ts';
import { BATCHES_QUEUE } from '../contract/task-queues.ts';
import type { callBatchPage } from './call-batch-page.ts';
import { readSignal } from './read-signal.ts';
import { addTallies } from './tally.ts';

type PageHandle = ChildWorkflowHandle<typeof callBatchPage>;

/** By number; without those that have gone their own way since a reset. */
type Pages = ReadonlyMap<number, PageHandle>;

/** What a batch's handlers and its story share. */
class BatchState {
  pages: Pages | null = null;
  sealed = false;
  expired = false;
  canceled = false;
  /** Pages that have started their calls, by number. */
  readonly started = new Set<number>();
  /** Pages that have ended, by number: one that an operator ended early may have started nothing. */
  readonly over = new Set<number>();
  ended: Tally = EMPTY_TALLY;

  constructor(input: BatchInput) {
    setHandler(cancelBatchSignal, () => void (this.canceled = true));
    setHandler(pageStartedSignal, (raw) => {
      const { page } = readSignal(raw);
      if (typeof page === 'number') this.started.add(page);
    });
    setHandler(getBatchQuery, () => this.#progress(input.total));
    setHandler(openPagesUpdate, () => condition(() => this.pages !== null));
    setHandler(sealBatchUpdate, () => {
      if (this.expired || this.canceled) return 'expired';
      this.sealed = true;
      return 'sealed';
    });
  }

  #progress(total: number): BatchProgress {
    const state = this.canceled ? 'Canceled' : this.sealed ? 'Starting' : 'Open';
    return { state, reason: null, total, pagesStarted: this.started.size, holding: [], ended: this.ended };
  }
}

/**
 * The calls of one bulk request: opens its pages, waits for its seal, lets one page after the other start its calls, and
 * adds up how they ended. A batch that is cancelled after its seal completes normally too.
 *
 * @throws ApplicationFailure `BatchExpired` when it was not sealed in time, or cancelled before: no call has started, and
 *   its ID is free again
 */
export async function callBatch(input: BatchInput): Promise<Tally> {
  const batch = new BatchState(input);
  CancellationScope.current().cancelRequested.catch(() => (batch.canceled = true));
  return await CancellationScope.nonCancellable(() => run(batch, input));
}

async function run(batch: BatchState, input: BatchInput): Promise<Tally> {
  const pages = await startPages(input);
  batch.pages = pages;
  const tallies = [...pages].map(([number, page]) => addTallyOf(page, number, batch));
  const canceling = condition(() => batch.canceled || batch.expired).then(() => cancelPages(pages));

  await condition(() => batch.sealed || batch.canceled, SEAL_TIMEOUT_MS, { summary: 'waits for its seal' });
  if (!batch.sealed) {
    batch.expired = true;
    await canceling;
    await Promise.all(tallies);
    throw ApplicationFailure.nonRetryable('The batch was not sealed: nothing was scheduled', 'BatchExpired');
  }
  await startCalls(batch, pages);
  await Promise.all(tallies);
  setCurrentDetails(describe(batch, input));
  return batch.ended;
}

/** Starts every page, empty: the API loads them. */
async function startPages(input: BatchInput): Promise<Pages> {
  const batchId = workflowInfo().workflowId;
  const pages = await Promise.all(
    Array.from({ length: input.pages }, (_, page) =>
      startChild<typeof callBatchPage>('callBatchPage', {
        workflowId: pageId(batchId, page),
        taskQueue: BATCHES_QUEUE,
        args: [{ batchId, page }],
        staticSummary: `page ${page + 1} of ${input.pages}`,
      }).catch((error: unknown) => {
        // This batch has started the page before it was reset: the page goes its own way.
        if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
        throw error;
      }),
    ),
  );
  return new Map([...pages.entries()].flatMap(([number, page]) => (page === null ? [] : [[number, page]])));
}

/** One page after the other, so that what is due first is started first and dialing is not starved. */
async function startCalls(batch: BatchState, pages: Pages): Promise<void> {
  for (const [number, page] of pages) {
    if (batch.canceled) return;
    // By its ID, not as a child: of a batch that was reset, the server passes no signal on to its children.
    await getExternalWorkflowHandle(page.workflowId)
      .signal('startCalls')
      .catch(() => undefined); // It has ended: its calls are counted.
    await condition(() => batch.started.has(number) || batch.over.has(number) || batch.canceled);
  }
}

async function cancelPages(pages: Pages): Promise<void> {
  await Promise.all(
    [...pages.values()].map(
      (page) =>
        getExternalWorkflowHandle(page.workflowId)
          .cancel()
          .catch(() => undefined), // It has ended: nothing is left to cancel.
    ),
  );
}

/** Adds how a page's calls ended. A page that an operator terminated tells nothing: its calls count for themselves. */
async function addTallyOf(page: PageHandle, number: number, batch: BatchState): Promise<void> {
  try {
    const tally = await page.result();
    batch.ended = addTallies(batch.ended, tally);
  } catch (error) {
    if (!(error instanceof ChildWorkflowFailure)) throw error;
  }
  batch.over.add(number);
}

function describe(batch: BatchState, input: BatchInput): string {
  const { completed, failed, canceled } = batch.ended;
  return `${input.total} calls: ${completed} completed, ${failed} failed, ${canceled} canceled`;
}
