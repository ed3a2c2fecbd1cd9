import type { CallFacts, CallInput, Instant } from './call.ts';

/** The most calls that one page holds: its history stays well under Temporal's limits. */
export const PAGE_CALLS = 1_000;

/** How long a batch waits for its seal, in milliseconds, before it gives up without having started a call. */
export const SEAL_TIMEOUT_MS = 5 * 60_000;

/** What `callBatch` is started with. */
export interface BatchInput {
  readonly orgId: string;
  readonly agentId: string;
  readonly createdTime: Instant;
  /** Calls in all. */
  readonly total: number;
  readonly pages: number;
}

/** What `callBatchPage` is started with. */
export interface PageInput {
  readonly batchId: string;
  readonly page: number;
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

/** A call whose workflow has not started yet. */
export interface HeldCall {
  readonly facts: CallFacts;
  readonly input: CallInput;
  readonly canceled: boolean;
}

/** Whether the batch will start its calls, or has given up. */
export type SealAnswer = 'sealed' | 'expired';

/** How many calls of a batch or a page have ended, and how. */
export interface Tally {
  readonly completed: number;
  readonly failed: number;
  readonly canceled: number;
}

export const EMPTY_TALLY: Tally = { completed: 0, failed: 0, canceled: 0 };

/** What the query `getBatch` answers. */
export interface BatchProgress {
  readonly state: 'open' | 'sealed' | 'canceled';
  readonly total: number;
  readonly pagesStarted: number;
  readonly ended: Tally;
}
