import { WorkflowNotFoundError } from '@temporalio/client';
import pLimit from 'p-limit';
import type { BatchFacts, BatchInput, PageCall, PageLayout } from '../../contract/batch.ts';
import { batchCallId, pageId } from '../../contract/ids.ts';
import { loadPageUpdate } from '../../contract/messages.ts';
import { isPageLoad, unpackPage } from '../../contract/packed-page.ts';
import type { BatchMemo } from '../../contract/start-batch.ts';
import { type ApiDeps, step } from '../context.ts';
import { conflict } from '../problem.ts';
import { decode, type HistoryEvent, updateOf } from '../../temporal/history-events.ts';
import { isNotKept, readHistory } from '../history.ts';

/** What an earlier request under the same key has left. */
export interface EarlierBatch {
  readonly batchId: string;
  readonly runId: string;
  readonly isRunning: boolean;
  /** Whether its calls were scheduled. */
  readonly isSealed: boolean;
  readonly facts: BatchFacts;
  readonly layout: PageLayout;
  /** The runs of its pages: fewer than it has pages until all of them are open. */
  readonly pageRuns: readonly string[];
}

/** The batch of this ID, if there is one; `another` where it names something else. */
export async function findEarlierBatch(deps: ApiDeps, batchId: string): Promise<EarlierBatch | 'another' | null> {
  const { workflow } = deps.client;
  try {
    const { type, runId, status, memo } = await step(deps, () => workflow.getHandle(batchId).describe());
    if (type !== 'callBatch') return 'another';
    const { events } = await step(deps, () => workflow.getHandle(batchId, runId).fetchHistory());
    const { batch: facts } = memo as BatchMemo;
    return { batchId, runId, isRunning: status.name === 'RUNNING', facts, ...readBatchEvents(batchId, events ?? []) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

function readBatchEvents(
  batchId: string,
  events: readonly HistoryEvent[],
): Pick<EarlierBatch, 'layout' | 'pageRuns' | 'isSealed'> {
  const input = decode(events[0]?.workflowExecutionStartedEventAttributes?.input) as BatchInput;
  const children = new Map(
    events.map(({ childWorkflowExecutionStartedEventAttributes: started }) => [
      started?.workflowExecution?.workflowId,
      started?.workflowExecution?.runId,
    ]),
  );
  return {
    layout: input.layout ?? [],
    pageRuns: Array.from({ length: input.pages }, (_, page) => children.get(pageId(batchId, page)) ?? []).flat(),
    isSealed: events.some(
      ({ workflowExecutionUpdateCompletedEventAttributes: update }) => decode(update?.outcome?.success) === 'sealed',
    ),
  };
}

/** A page is loaded in one of its first events. */
const EVENTS_AT_ONCE = 10;

/** So many pages are read at once: each has up to a megabyte. */
const READS_AT_ONCE = 4;

/**
 * The calls that a batch was loaded with, in the order of its request: as its pages' histories have it, since whoever loads
 * a page first decides what is in it.
 *
 * @throws Problem 409 when Temporal no longer keeps all of them
 */
export async function readLoadedCalls(deps: ApiDeps, { batchId, facts }: EarlierBatch): Promise<PageCall[]> {
  const pages = Array.from({ length: facts.pages }, (_, page) => pageId(batchId, page));
  const read = await pLimit(READS_AT_ONCE).map(pages, (id) => readLoad(deps, id));
  const byId = new Map(read.flat().map((call) => [call.callId, call]));
  const calls = Array.from({ length: facts.total }, (_, index) => byId.get(batchCallId(batchId, index)) ?? []).flat();
  if (calls.length === facts.total) return calls;
  throw conflict(
    `The request was accepted before, as batch ${batchId}, and Temporal no longer keeps all of its calls: the answer cannot be given again. Nothing was scheduled a second time.`,
  );
}

/** Empty for a page that is not kept. */
async function readLoad(deps: ApiDeps, id: string): Promise<readonly PageCall[]> {
  try {
    for await (const event of readHistory(deps, id, EVENTS_AT_ONCE)) {
      const update = updateOf(event);
      const load = update?.name === loadPageUpdate.name ? decode(update.args) : undefined;
      if (isPageLoad(load)) return unpackPage(load);
    }
  } catch (error) {
    if (!isNotKept(error)) throw error;
  }
  return [];
}
