import type { CallFacts, CallInput, CallStatus, CancelReason, Instant } from './call.ts';

/** The most calls that one page holds: its history stays well under Temporal's limits. */
export const PAGE_CALLS = 1_000;

/** How long a batch waits for its seal, in milliseconds, before it gives up without having started a call. */
export const SEAL_TIMEOUT_MS = 5 * 60_000;

/** What does not change about a batch: the memo of its workflow, so that reading it needs no worker. */
export interface BatchFacts {
  readonly orgId: string;
  readonly agentId: string;
  /** Its agent's; a call may have been sent to another one. */
  readonly trunk: string;
  /** For people; null without one. */
  readonly name: string | null;
  readonly createdTime: Instant;
  /** Calls in all. */
  readonly total: number;
  readonly pages: number;
  /** When the last of its calls may go out, as planned when it was accepted. */
  readonly lastScheduleTime: Instant;
  /** Of a request with an `Idempotency-Key`: what it said, so that another one under the same key is noticed. */
  readonly bodyHash: string | null;
}

/** What `callBatch` is started with. Fields that may be missing are those that batches of 0.1.0 were started without. */
export interface BatchInput {
  readonly orgId: string;
  readonly agentId: string;
  readonly createdTime: Instant;
  /** Calls in all. */
  readonly total: number;
  readonly pages: number;
  readonly layout?: PageLayout;
  /** After this none of its calls can go out any more. */
  readonly lastDeadline?: Instant;
  /** Whether webhooks are told of it and its calls. */
  readonly tellsWebhooks?: true;
  /** Whether a page that has to wait for its turn is told, at the seal, that its calls are accepted. */
  readonly tellsWaitingPages?: true;
}

/** Which page holds which call, in runs over the calls in the order of the request: `[page, calls, page, calls, …]`. */
export type PageLayout = readonly number[];

/** What `callBatchPage` is started with. */
export interface PageInput {
  readonly batchId: string;
  readonly page: number;
  /** Whether its batch tells it whether its calls were accepted: then one that is cancelled before waits for that. */
  readonly hearsOfSeal?: true;
}

/** One call of a page, as `loadPage` hands it over: what its workflow will be started with. */
export interface PageCall {
  readonly callId: string;
  readonly facts: CallFacts;
  readonly input: CallInput;
  readonly endpointHash: string;
  /** `key=value` of what can be searched. */
  readonly searchable: readonly string[];
  /** For the Web UI, without a number in clear. */
  readonly summary: string;
}

/** A call that no workflow stands for: its own has not started yet, or never will. */
export interface HeldCall {
  readonly facts: CallFacts;
  readonly input: CallInput;
  readonly status: 'Created' | 'Canceled';
  /** Null while it waits. */
  readonly reason: CancelReason | null;
  readonly completedTime: Instant | null;
}

/** Which of a page's held calls are asked for. */
export interface HeldFilter {
  /** As of when: whether a deadline has passed is a matter of the clock of who asks. */
  readonly now: Instant;
  /** When the page was terminated: nothing more of it starts; left out where it was not. */
  readonly terminated?: Instant;
  /** All where left out. */
  readonly statuses?: readonly CallStatus[];
  /** `key=value`, all of which a call has. */
  readonly searchable?: readonly string[];
  /** Of a call that has ended, its end is not before this. */
  readonly fromDate?: Instant;
  /** A call has ended before this, or been created before it. */
  readonly toDate?: Instant;
  /** From which place in the page on. */
  readonly from: number;
  /** As many as are listed; all of the page are counted. */
  readonly take: number;
}

/** A page's held calls, in the order in which they start. */
export interface HeldList {
  /** Of the whole page. */
  readonly matching: number;
  readonly calls: readonly HeldListItem[];
}

export interface HeldListItem {
  readonly callId: string;
  /** Its place in the page: the next one is asked for from the place after it. */
  readonly place: number;
  readonly held: HeldCall;
}

/** Whether the batch will start its calls, or has given up. */
export type SealAnswer = 'sealed' | 'expired';

/** How many calls of a batch or a page have ended, and how. */
export interface Tally {
  readonly completed: number;
  readonly failed: number;
  readonly canceled: number;
}

/** What `callBatchPage` ends with. */
export interface PageResult extends Tally {
  /** Calls that were canceled before they had started: no workflow stands for them. */
  readonly unstarted: number;
}

export const EMPTY_TALLY: Tally = { completed: 0, failed: 0, canceled: 0 };

/**
 * How a batch stands: `Open` until it is sealed, `Starting` while it starts its calls, `Running` once it has started them
 * all. One that is paused or canceled dials nothing new, whatever its calls say.
 */
export type BatchState = 'Open' | 'Starting' | 'Running' | 'Paused' | 'Canceled';

/** What the query `getBatch` answers. */
export interface BatchProgress {
  readonly state: BatchState;
  /** Why it was paused or canceled. */
  readonly reason: string | null;
  readonly total: number;
  /** Pages that have started their calls. */
  readonly pagesStarted: number;
  /** Pages, from 0, that may hold calls that have not started. */
  readonly holding: readonly number[];
  readonly ended: Tally;
}
