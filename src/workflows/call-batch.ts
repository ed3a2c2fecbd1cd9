import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  type ChildWorkflowHandle,
  condition,
  getExternalWorkflowHandle,
  proxyActivities,
  setCurrentDetails,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { CallActivities } from '../activities/call-activities.ts';
import { type BatchInput, SEAL_TIMEOUT_MS, type Tally } from '../contract/batch.ts';
import { pageId } from '../contract/ids.ts';
import { BATCHES_QUEUE, CALLS_QUEUE } from '../contract/task-queues.ts';
import { dropCallsSignal, tellCanceledSignal } from '../contract/messages.ts';
import type { BatchMemo } from '../contract/start-batch.ts';
import { toInstant } from '../domain/instant.ts';
import { batchEvent } from '../domain/webhook-events.ts';
import { BatchFlow } from './batch-flow.ts';
import { planning } from './call-activities.ts';
import { tell } from './tell-webhook.ts';
import type { callBatchPage } from './call-batch-page.ts';

const waking = proxyActivities<CallActivities>({
  taskQueue: CALLS_QUEUE,
  // A signal costs the server some 10 ms: of 50,000 calls this is the better part of an hour on a small machine.
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '30s',
  summary: 'wakes the calls that the pause has held back',
});

type PageHandle = ChildWorkflowHandle<typeof callBatchPage>;

/** By number; without those that have gone their own way since a reset. */
type Pages = ReadonlyMap<number, PageHandle>;

/**
 * The calls of one bulk request: opens its pages, waits for its seal, lets one page after the other start its calls, and
 * adds up how they ended. A batch that is cancelled after its seal completes normally too.
 *
 * @throws ApplicationFailure `BatchExpired` when it was not sealed in time, or cancelled before: no call has started, and
 *   its ID is free again
 */
export async function callBatch(input: BatchInput): Promise<Tally> {
  const batch = new BatchFlow(input, () => waking.wakeCalls(workflowInfo().workflowId));
  CancellationScope.current().cancelRequested.catch(() => batch.cancel(null));
  return await CancellationScope.nonCancellable(() => run(batch, input));
}

async function run(batch: BatchFlow, input: BatchInput): Promise<Tally> {
  const pages = await startPages(input);
  batch.opened = true;
  const tallies = [...pages].map(([number, page]) => awaitEnd(page, number, batch));
  const canceling = condition(() => batch.canceled || batch.expired).then(() => cancelPages(batch, pages, input));

  await condition(() => batch.sealed || batch.canceled, SEAL_TIMEOUT_MS, { summary: 'waits for its seal' });
  if (!batch.sealed) {
    batch.expired = true;
    await canceling;
    await Promise.all(tallies);
    throw ApplicationFailure.nonRetryable('The batch was not sealed: nothing was scheduled', 'BatchExpired');
  }
  if (input.tellsWaitingPages === true) tellWaitingPages(batch, pages);
  await startCalls(batch, pages, input);
  await Promise.all(tallies);
  await condition(allHandlersFinished);
  batch.over = true;
  setCurrentDetails(describe(batch, input));
  if (input.tellsWebhooks === true) await tellBatchEnd(batch, input);
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
        args: [{ batchId, page, ...(input.tellsWaitingPages === true ? { hearsOfSeal: true as const } : {}) }],
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

/**
 * Tells the pages that have to wait for their turn that their calls are accepted: an operator may cancel one before it
 * comes, and then it tells of its calls. The first one is told by the start of its calls, unless the batch is paused.
 */
function tellWaitingPages(batch: BatchFlow, pages: Pages): void {
  const waiting = [...pages.values()].slice(batch.paused ? 0 : 1);
  // Not waited for: the first page's turn has come.
  for (const { workflowId } of waiting) void tellAccepted(workflowId);
}

const tellAccepted = (workflowId: string): Promise<void> =>
  getExternalWorkflowHandle(workflowId)
    .signal(tellCanceledSignal.name)
    .catch(() => undefined); // It has ended: nobody waits for its calls any more.

/** One page after the other, so that what is due first is started first and dialing is not starved. */
async function startCalls(batch: BatchFlow, pages: Pages, input: BatchInput): Promise<void> {
  for (const [number, page] of pages) {
    if (batch.paused) await untilResumed(batch, input);
    if (batch.canceled) return;
    // By its ID, not as a child: of a batch that was reset, the server passes no signal on to its children.
    await getExternalWorkflowHandle(page.workflowId)
      .signal('startCalls', { planAnew: true })
      .catch(() => undefined); // It has ended: its calls are counted.
    await condition(() => batch.isStarted(number) || batch.canceled);
  }
}

/** Once no call of it can go out any more, a batch that is paused goes on, to its end. */
async function untilResumed(batch: BatchFlow, { lastDeadline }: BatchInput): Promise<void> {
  const isOver = (): boolean => !batch.paused || batch.canceled;
  if (lastDeadline === undefined) return await condition(isOver);
  const wait = Math.max(1, Date.parse(lastDeadline) - Date.now());
  await condition(isOver, wait, { summary: 'paused: waits until its last deadline' });
}

async function cancelPages(batch: BatchFlow, pages: Pages, input: BatchInput): Promise<void> {
  const isHeard = input.tellsWebhooks === true && batch.sealed;
  const word = isHeard ? tellCanceledSignal.name : input.tellsWaitingPages === true ? dropCallsSignal.name : null;
  await Promise.all([...pages.values()].map(({ workflowId }) => cancelPage(workflowId, word)));
}

/** @param word the signal that says whether webhooks are to be told of calls that now never start; null where none does */
async function cancelPage(workflowId: string, word: string | null): Promise<void> {
  const page = getExternalWorkflowHandle(workflowId);
  try {
    if (word !== null) await page.signal(word);
    await page.cancel();
  } catch {
    // It has ended: nothing is left to cancel.
  }
}

/** Adds how a page's calls ended. A page that an operator terminated tells nothing: its calls count for themselves. */
async function awaitEnd(page: PageHandle, number: number, batch: BatchFlow): Promise<void> {
  try {
    batch.pageEnded(number, await page.result());
  } catch (error) {
    if (!(error instanceof ChildWorkflowFailure)) throw error;
    batch.pageEnded(number, null);
  }
}

async function tellBatchEnd({ canceled, ended }: BatchFlow, { orgId, agentId, total }: BatchInput): Promise<void> {
  if (!(await planning.hasWebhook({ orgId, agentId, kind: 'batch' }))) return;
  const { workflowId, memo } = workflowInfo();
  const { createdTime, name } = (memo as BatchMemo).batch;
  const counts = { Completed: ended.completed, Failed: ended.failed, Canceled: ended.canceled };
  const about = { batchId: workflowId, batchName: name, agentId, orgId, createdTime, total, counts };
  await tell(
    batchEvent({ ...about, status: canceled ? 'Canceled' : 'Completed', completedTime: toInstant(Date.now()) }),
  );
}

function describe(batch: BatchFlow, input: BatchInput): string {
  const { completed, failed, canceled } = batch.ended;
  return `${input.total} calls: ${completed} completed, ${failed} failed, ${canceled} canceled`;
}
