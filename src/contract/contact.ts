import { TypedSearchAttributes, WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import type { Instant } from './call.ts';
import { contactWorkflowId, suppressionListId } from './ids.ts';
import { ENDPOINT_HASH, ORG_ID } from './search-attributes.ts';
import { CALLS_QUEUE } from './task-queues.ts';

/** How often one phone number may be called. Where there are rules, never twice at once. */
export interface ContactRules {
  /** Attempts in any 24 hours, over all batches and agents of the organization; null is no limit. */
  readonly maxAttemptsPerDay: number | null;
  /** Attempts in any 7 days; null is no limit. */
  readonly maxAttemptsPerWeek: number | null;
}

/** The highest limit that rules can set: further attempts need not be remembered. */
export const MOST_ATTEMPTS = 1_000;

/** Whom a `contactPolicy` stands for: one endpoint of one organization. */
export interface ContactRef {
  readonly orgId: string;
  /** An HMAC of the normalized endpoint. */
  readonly hash: string;
  /** For the Web UI, without a number in clear. */
  readonly masked: string;
}

/** What an attempt asks for, right before it is dialed. */
export interface ContactRequest {
  readonly identity: string;
  readonly rules: ContactRules;
  /** How long the number is the attempt's own at the most, should nobody release it. */
  readonly leaseMs: number;
}

export type ContactAnswer =
  /** The number is the attempt's own, and the attempt is counted. */
  | { readonly kind: 'granted' }
  /** Another attempt has it: ask again at `until`, unless woken before. */
  | { readonly kind: 'busy'; readonly until: Instant }
  /** It has been called as often as is allowed, until the oldest attempt no longer counts. */
  | { readonly kind: 'limit'; readonly until: Instant }
  /** It is on the do-not-call list. */
  | { readonly kind: 'suppressed'; readonly reason: string | null };

/** Ours, of whoever saw the end of an attempt. */
export interface ContactRelease {
  readonly identity: string;
  /** False for one that was never dialed: it does not count. */
  readonly dialed: boolean;
}

/** How soon a call asks again whose number another attempt has, in milliseconds, should nobody wake it. */
export const CONTACT_ASK_AGAIN_MS = 10 * 60_000;

/** That a number is on the do-not-call list. */
export interface Suppression {
  readonly reason: string | null;
  readonly since: Instant;
}

/** The memo of a number's workflow, so that reading it needs no worker. */
export interface ContactMemo extends Record<string, unknown> {
  readonly suppression: Suppression | null;
}

/** An attempt that counts. */
export interface CountedAttempt {
  readonly identity: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A call that asked for the number while another had it. */
export interface ContactWaiter {
  readonly callId: string;
  /** When it asks again by itself, in milliseconds since the epoch. */
  readonly until: number;
}

/** All that is known of a number: what a run of its workflow hands to the next, and the query `getContact` answers. */
export interface ContactRecord {
  readonly lease: { readonly identity: string; readonly until: number } | null;
  /** Oldest first. */
  readonly attempts: readonly CountedAttempt[];
  readonly suppression: Suppression | null;
  readonly waiters: readonly ContactWaiter[];
}

/** For so long dials may go by what they heard of an organization's having a do-not-call list, in milliseconds. */
export const SUPPRESSION_LIST_MAX_AGE_MS = 1_000;

/** How a number's workflow is started, by whoever asks it first. */
export const startContactOptions = ({ orgId, hash, masked }: ContactRef) => ({
  workflowId: contactWorkflowId(orgId, hash),
  taskQueue: CALLS_QUEUE,
  args: [] as [],
  typedSearchAttributes: new TypedSearchAttributes([
    { key: ORG_ID, value: orgId },
    { key: ENDPOINT_HASH, value: hash },
  ]),
  ...STARTED_ONCE,
  staticSummary: `contact ${masked}`,
});

/** How the workflow is started that says that an organization has a do-not-call list. */
export const startSuppressionListOptions = (orgId: string) => ({
  workflowId: suppressionListId(orgId),
  taskQueue: CALLS_QUEUE,
  args: [] as [],
  typedSearchAttributes: new TypedSearchAttributes([{ key: ORG_ID, value: orgId }]),
  ...STARTED_ONCE,
  staticSummary: `do-not-call list of ${orgId}`,
});

/** Where it runs, it is used; where it has ended, it begins anew. */
const STARTED_ONCE = {
  workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
  workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
} as const;
