import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  type ChildWorkflowHandle,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
} from '@temporalio/workflow';
import { EMPTY_TALLY, type PageCall, type PageInput, type Tally } from '../contract/batch.ts';
import type { CallResult } from '../contract/call.ts';
import { cancelHeldCallUpdate, getHeldCallQuery, loadPageUpdate, startCallsSignal } from '../contract/messages.ts';
import { isPageLoad, unpackPage } from '../contract/packed-page.ts';
import { startCallOptions } from '../contract/start-call.ts';
import type { outboundCall } from './outbound-call.ts';
import { addTallies } from './tally.ts';

type CallHandle = ChildWorkflowHandle<typeof outboundCall>;

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

/** What a page's handlers and its story share. */
class PageState {
  calls: readonly PageCall[] | null = null;
  mayStart = false;
  canceled = false;
  /** Calls cancelled before they were started, by ID. */
  readonly canceledCalls = new Set<string>();
  /** Calls whose workflow exists, by ID. */
  readonly started = new Set<string>();
  readonly running = new Map<string, CallHandle>();
  tally: Tally = EMPTY_TALLY;

  constructor() {
    setHandler(loadPageUpdate, (load) => void (this.calls ??= unpackPage(load)), { validator: requireCalls });
    setHandler(startCallsSignal, () => void (this.mayStart = true));
    setHandler(getHeldCallQuery, (callId) => {
      const call = this.#held(callId);
      if (call === undefined) return null;
      const canceled = this.canceled || this.canceledCalls.has(callId);
      const end = { status: 'Canceled', reason: 'request', completedTime: null } as const;
      const held = { facts: call.facts, input: call.input };
      return canceled ? { ...held, ...end } : { ...held, status: 'Created', reason: null, completedTime: null };
    });
    setHandler(cancelHeldCallUpdate, (callId) => {
      if (this.#held(callId) === undefined) return false;
      this.canceledCalls.add(callId);
      return true;
    });
  }

  /** Whether a call is not to be started any more. */
  isCanceled(callId: string): boolean {
    return this.canceled || this.canceledCalls.has(callId);
  }

  /** A call of this page that no workflow stands for: not started yet, or cancelled before it was. */
  #held(callId: string): PageCall | undefined {
    return this.started.has(callId) ? undefined : this.calls?.find((call) => call.callId === callId);
  }
}

/** Refuses what is no page: once accepted, it could only fail the workflow's task again and again. */
function requireCalls(load: unknown): void {
  if (isPageLoad(load)) return;
  throw ApplicationFailure.nonRetryable(
    'Expected an array of calls, each with `callId`, `facts` and `input`',
    'NoPage',
  );
}

/**
 * Up to 1,000 calls of a batch, as its children: loaded by an update, started when the batch says so. It ends when they
 * all have. Cancelling it cancels what waits or rings; who talks finishes talking.
 */
export async function callBatchPage(input: PageInput): Promise<Tally> {
  const page = new PageState();
  CancellationScope.current().cancelRequested.catch(() => (page.canceled = true));
  return await CancellationScope.nonCancellable(() => run(page, input));
}

async function run(page: PageState, input: PageInput): Promise<Tally> {
  await condition(() => page.mayStart || page.canceled);
  const isLoaded = (): boolean => page.calls !== null || page.canceled;
  if (!isLoaded()) await condition(isLoaded, LOAD_TIMEOUT_MS, { summary: 'waits for its calls' });
  const ends = await startCalls(page);
  await tellBatch(input);
  const canceling = condition(() => page.canceled).then(() => cancelCalls(page));
  await Promise.race([Promise.all(ends), canceling]);
  await Promise.all(ends);
  setCurrentDetails(`${page.calls?.length ?? 0} calls: all ended`);
  return page.tally;
}

/** Starts the calls a few at a time, and gives their ends. */
async function startCalls(page: PageState): Promise<Promise<void>[]> {
  const calls = page.calls ?? [];
  const ends: Promise<void>[] = [];
  for (let from = 0; from < calls.length; from += STARTS_AT_ONCE) {
    const began = Date.now();
    const some = calls.slice(from, from + STARTS_AT_ONCE);
    const handles = await Promise.all(some.map((call) => startCall(page, call)));
    for (const handle of handles) if (handle !== null) ends.push(tallyEnd(page, handle));
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
  if (page.isCanceled(callId)) {
    count(page, 'canceled');
    return null;
  }
  try {
    const handle = await startChild<typeof outboundCall>('outboundCall', {
      ...startCallOptions(call, Date.now()),
      // Of a batch that was terminated, what waits or rings ends, as with one that was cancelled.
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    });
    // Cancelled while it was being started.
    if (page.canceledCalls.has(callId)) await cancelCall(handle, 'request');
    return handle;
  } catch (error) {
    // This page has started the call before it was reset: the call goes its own way.
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  } finally {
    page.started.add(callId);
  }
}

async function tallyEnd(page: PageState, handle: CallHandle): Promise<void> {
  page.running.set(handle.workflowId, handle);
  try {
    const { status }: CallResult = await handle.result();
    count(page, status === 'Completed' ? 'completed' : status === 'Failed' ? 'failed' : 'canceled');
  } catch (error) {
    if (!(error instanceof ChildWorkflowFailure)) throw error;
    // Cancelled or terminated by an operator, or failed by a bug.
    const isFailure = !isCancellation(error) && error.cause?.name !== 'TerminatedFailure';
    count(page, isFailure ? 'failed' : 'canceled');
  }
  page.running.delete(handle.workflowId);
}

const count = (page: PageState, how: keyof Tally): void => {
  page.tally = addTallies(page.tally, { ...EMPTY_TALLY, [how]: 1 });
};

async function tellBatch({ batchId, page }: PageInput): Promise<void> {
  await getExternalWorkflowHandle(batchId)
    .signal('pageStarted', { page })
    .catch(() => undefined); // The batch was terminated: its calls go on all the same.
}

async function cancelCalls(page: PageState): Promise<void> {
  await Promise.all([...page.running.values()].map((call) => cancelCall(call, 'batch')));
}

async function cancelCall(call: CallHandle, reason: string): Promise<void> {
  // By its ID, not as a child: of a page that was reset, the server passes no signal on to its children.
  await getExternalWorkflowHandle(call.workflowId)
    .signal('cancelCall', { reason })
    .catch(() => undefined); // It has just ended.
}
