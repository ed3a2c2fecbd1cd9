import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  allHandlersFinished,
  CancellationScope,
  ChildWorkflowFailure,
  type ChildWorkflowHandle,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  patched,
  setCurrentDetails,
  startChild,
} from '@temporalio/workflow';
import {
  EMPTY_TALLY,
  type PageCall,
  type PageInput,
  type PageResult,
  SEAL_TIMEOUT_MS,
  type Tally,
} from '../contract/batch.ts';
import type { CallResult } from '../contract/call.ts';
import { startCallOptions } from '../contract/start-call.ts';
import type { outboundCall } from './outbound-call.ts';
import { PageState } from './page-state.ts';
import { plannedAnew } from './planned-anew.ts';
import { addTallies } from './tally.ts';
import { tellOfHeld } from './tell-end.ts';

type CallHandle = ChildWorkflowHandle<typeof outboundCall>;

/** Calls that have not ended, by ID. */
type Running = Map<string, CallHandle>;

/** How many calls are started at once: few enough that whoever asks for one that has not started is not kept waiting. */
const STARTS_AT_ONCE = 25;

/**
 * How long a page rests after each few, as a share of the time that they took: a start costs the server some 20 ms of CPU,
 * and calls that are due need their share of it.
 */
const REST_SHARE = 0.5;

/**
 * How long a page that may start its calls waits for them, in milliseconds: it has had them since before the seal, unless
 * its batch was reset after the page had ended. Then nobody loads it again, and it ends without a call.
 */
const LOAD_TIMEOUT_MS = 10_000;

/**
 * Up to 1,000 calls of a batch, as its children: loaded by an update, started when the batch says so. It ends when they
 * all have. Cancelling it cancels what waits or rings; who talks finishes talking.
 */
export async function callBatchPage(input: PageInput): Promise<PageResult> {
  const page = new PageState();
  CancellationScope.current().cancelRequested.catch(() => page.cancel());
  return await CancellationScope.nonCancellable(() => run(page, input));
}

async function run(page: PageState, input: PageInput): Promise<PageResult> {
  await condition(() => page.mayStart || page.canceled);
  if (input.hearsOfSeal === true && page.canceled) await untilDecided(page);
  const isLoaded = (): boolean => page.calls !== null || page.canceled;
  if (!isLoaded()) await condition(isLoaded, LOAD_TIMEOUT_MS, { summary: 'waits for its calls' });
  const running: Running = new Map();
  const ends = await startCalls(page, running);
  const unstarted = page.unstarted;
  await tellBatch(input, unstarted);
  const canceling = condition(() => page.canceled).then(() => cancelCalls(running));
  await Promise.race([Promise.all(ends), canceling]);
  await Promise.all(ends);
  await condition(allHandlersFinished);
  setCurrentDetails(`${page.calls?.length ?? 0} calls: all ended`);
  return { ...page.tally, unstarted };
}

/** Cancelled before its batch is sealed or gives up, it has yet to hear whether anybody is to be told of its calls. */
async function untilDecided(page: PageState): Promise<void> {
  const isDecided = (): boolean => page.accepted || page.dropped;
  if (!isDecided()) await condition(isDecided, SEAL_TIMEOUT_MS, { summary: 'waits for the seal of its batch' });
}

/** Starts the calls a few at a time, and gives their ends. */
async function startCalls(page: PageState, running: Running): Promise<Promise<void>[]> {
  const calls = page.calls ?? [];
  const ends: Promise<void>[] = [];
  for (let from = 0; from < calls.length; from += STARTS_AT_ONCE) {
    const began = Date.now();
    // Looked up only now: until its turn comes, a call can be edited.
    const look = (): PageCall[] => calls.slice(from, from + STARTS_AT_ONCE);
    const some = page.plansAnew && !page.canceled ? await plannedAnew(look) : look();
    const handles = await Promise.all(some.map((call) => startCall(page, call)));
    for (const handle of handles) if (handle !== null) ends.push(tallyEnd(page, running, handle));
    if (page.accepted) await tellOfHeld(page, some);
    if (from + some.length < calls.length) await rest(page, (Date.now() - began) * REST_SHARE);
  }
  return ends;
}

async function rest(page: PageState, ms: number): Promise<void> {
  if (page.canceled || ms < 1) return;
  await condition(() => page.canceled, ms, { summary: 'leaves room for calls that are due' });
}

/** Null for a call that does not start. */
async function startCall(page: PageState, call: PageCall): Promise<CallHandle | null> {
  const { callId } = call;
  if (page.canceled || page.isCallCanceled(callId) || isTooLate(call)) {
    count(page, 'canceled');
    return null;
  }
  page.beginStart(callId);
  try {
    const handle = await startChild<typeof outboundCall>('outboundCall', {
      ...startCallOptions(call, Date.now()),
      // Of a batch that was terminated, what waits or rings ends, as with one that was cancelled.
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    });
    // Cancelled while it was being started.
    if (page.isCallCanceled(callId)) await cancelCall(handle, 'request');
    return handle;
  } catch (error) {
    // This page has started the call before it was reset: the call goes its own way.
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  } finally {
    page.endStart(callId);
  }
}

/** A call whose deadline has passed needs no workflow to say so. */
const isTooLate = ({ facts }: PageCall): boolean =>
  Date.parse(facts.callDeadline) <= Date.now() && patched('late-calls-do-not-start');

async function tallyEnd(page: PageState, running: Running, handle: CallHandle): Promise<void> {
  running.set(handle.workflowId, handle);
  try {
    const { status }: CallResult = await handle.result();
    count(page, status === 'Completed' ? 'completed' : status === 'Failed' ? 'failed' : 'canceled');
  } catch (error) {
    if (!(error instanceof ChildWorkflowFailure)) throw error;
    // Cancelled or terminated by an operator, or failed by a bug.
    const isFailure = !isCancellation(error) && error.cause?.name !== 'TerminatedFailure';
    count(page, isFailure ? 'failed' : 'canceled');
  }
  running.delete(handle.workflowId);
}

const count = (page: PageState, how: keyof Tally): void => {
  page.tally = addTallies(page.tally, { ...EMPTY_TALLY, [how]: 1 });
};

async function tellBatch({ batchId, page }: PageInput, unstarted: number): Promise<void> {
  await getExternalWorkflowHandle(batchId)
    .signal('pageStarted', { page, unstarted })
    .catch(() => undefined); // The batch was terminated: its calls go on all the same.
}

async function cancelCalls(running: Running): Promise<void> {
  await Promise.all([...running.values()].map((call) => cancelCall(call, 'batch')));
}

async function cancelCall(call: CallHandle, reason: string): Promise<void> {
  // By its ID, not as a child: of a page that was reset, the server passes no signal on to its children.
  await getExternalWorkflowHandle(call.workflowId)
    .signal('cancelCall', { reason })
    .catch(() => undefined); // It has just ended.
}
