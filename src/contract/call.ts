/** An instant as ISO 8601 in UTC with milliseconds, `2026-11-24T09:00:00.000Z`: so it sorts, and reads in the Web UI. */
export type Instant = string;

/** Where a call stands, as everyone sees it. `Unknown` is a call whose workflow cannot be read. */
export const CALL_STATUSES = [
  'Created',
  'Pending',
  'Queued',
  'Running',
  'Completed',
  'Failed',
  'Canceled',
  'Unknown',
] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

/** How a call ends. */
export type EndStatus = Extract<CallStatus, 'Completed' | 'Failed' | 'Canceled'>;

/** Whether nothing more becomes of a call of this status. */
export const isEnd = (status: string | undefined): status is EndStatus =>
  status === 'Completed' || status === 'Failed' || status === 'Canceled';

/** How an attempt ended. */
export const DISPOSITIONS = [
  'answered',
  'busy',
  'no-answer',
  'declined',
  'voicemail',
  'invalid-number',
  'unreachable',
  'carrier-rejected',
  'agent-unavailable',
  'failed',
  'uncertain',
] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

/** Why a call was canceled: a reason of ours, or the one that an operator gave with `cancelCall`. */
export type CancelReason =
  | 'deadline'
  | 'request'
  | 'batch'
  | 'terminated'
  | 'suppressed' // its number is on the do-not-call list
  | 'predial' // whoever is asked before dialing said no
  | 'country-not-allowed' // its trunk does not call the number's country
  | 'caller-id-not-allowed' // its trunk does not know the caller ID that it asks for
  | (string & {});

/** What a call that has not ended is waiting for: the answer to "why has this call not gone out?". */
export type WaitingFor =
  | 'start' // accepted, its workflow not started yet
  | 'scheduled-time' // its `scheduledTime` has not come
  | 'calling-window' // outside the recipient's calling hours
  | 'retry-delay' // between two attempts
  | 'deadline' // its next attempt would come after its deadline
  | 'agent-disabled' // the agent is switched off
  | 'agent-missing' // the agent or its trunk is no longer in the configuration
  | 'line' // queued for a line of its trunk
  | 'trunk-paused' // its trunk is paused
  | 'batch-paused' // its batch is paused
  | 'contact-busy' // another call to its number is under way
  | 'contact-limit' // its number has been called as often as is allowed
  | 'predial' // whoever is asked before dialing has not answered
  | 'provider' // its trunk's provider cannot be reached
  | 'answer' // dialing or ringing
  | 'end' // talking
  | 'takeover'; // its worker is gone: another is about to take the call over

/** What a call waits for until a time that its agent's calling hours have a part in. */
export const WAITS_FOR_ITS_TIME = [
  'scheduled-time',
  'calling-window',
  'retry-delay',
] as const satisfies readonly WaitingFor[];
/** What a call waits for that the configuration holds back: until it is looked at again. */
export const WAITS_FOR_ITS_AGENT = ['agent-disabled', 'agent-missing'] as const satisfies readonly WaitingFor[];

/** Whether a call that waits for this has another plan once its agent is configured anew. */
export const followsItsAgent = (waitingFor: WaitingFor | null): boolean =>
  [...WAITS_FOR_ITS_TIME, ...WAITS_FOR_ITS_AGENT].some((one) => one === waitingFor);

/** Caller ID, trunk and display name for one call only. */
export interface OutboundOverride {
  readonly phoneNumber: string | null;
  readonly credentialsId: string | null;
  readonly displayName: string | null;
}

/**
 * When a call may go out next, worked out where time zones are known (the API, or an activity): a workflow only compares
 * the instant and shows the words.
 */
export interface Plan {
  /** Not before this. */
  readonly at: Instant;
  /** What holds it until then; null when it may go out at once. */
  readonly waitingFor: WaitingFor | null;
  /** For the Web UI: "waits until 09:00 America/New_York". */
  readonly summary: string;
}

/** When to try again, frozen into a call when it is accepted. */
export interface RetryPolicy {
  /** Attempts in all, the first included; at least 1. */
  readonly maxAttempts: number;
  /**
   * Milliseconds to wait after a disposition; a list for delays that grow each time it comes, its last one for every further
   * time; `null` for one that is final.
   */
  readonly delaysMs: Readonly<Record<Disposition, number | readonly number[] | null>>;
  /** Dispositions that cost no attempt, since nobody's telephone rang. Calls of earlier versions have none. */
  readonly free?: readonly Disposition[];
}

/** What does not change about a call: the memo of its workflow, so that lists need no query. */
export interface CallFacts {
  readonly orgId: string;
  readonly agentId: string;
  readonly batchId: string | null;
  /** The trunk that carries it: the override's, else its agent's. */
  readonly trunk: string;
  /** As it was sent. */
  readonly endpoint: string;
  readonly additionalData: Readonly<Record<string, unknown>> | null;
  readonly priority: number;
  readonly callDeadline: Instant;
  readonly timezone: string;
  readonly overrideOutboundConfig: OutboundOverride | null;
  readonly scheduledTime: Instant | null;
  readonly createdTime: Instant;
}

/** What the `outboundCall` workflow is started with, beside the {@link CallFacts} in its memo. */
export interface CallInput {
  /** The endpoint as the dialer gets it: E.164 for a phone number. */
  readonly endpoint: string;
  readonly plan: Plan;
  readonly retry: RetryPolicy;
  /** Voicemail ends the call as Completed, or counts as an attempt to be retried. */
  readonly onVoicemail: 'complete' | 'retry';
  /** Temporal's priority key, 1 the most urgent. */
  readonly priorityKey: number;
  /** Temporal's fairness key: calls of different keys share a trunk. */
  readonly fairnessKey: string;
  /** The longest that one `placeCall` may run, from the line to the end of the call, in milliseconds. */
  readonly longestCallMs: number;
  /** Whether webhooks are told of it. Calls that were accepted before there were any do not say. */
  readonly tellsWebhooks?: true;
}

/** One dial of a call. Times are null for what has not happened. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  readonly startedTime: Instant;
  readonly answeredTime: Instant | null;
  readonly endedTime: Instant | null;
  /** Null while it lasts, and for one whose end nobody saw. */
  readonly disposition: Disposition | null;
  /** The provider's own code, `486` say. */
  readonly providerCode: string | null;
}

/** What the query `getCall` answers: everything about a call that changes. */
export interface CallProgress {
  readonly status: CallStatus;
  readonly reason: CancelReason | null;
  readonly nextScheduleTime: Instant;
  readonly attempts: readonly Attempt[];
  readonly waitingFor: Waiting | null;
  /** Whether the call is to end before it is answered. */
  readonly cancelRequested: boolean;
  /** Whether somebody asked to hang up on the person. */
  readonly hangupRequested: boolean;
  /** Of a call that has ended, while its workflow still tells a webhook; null or left out before. */
  readonly result?: CallResult | null;
}

/** What the query `getWaitingFor` answers. */
export interface Waiting {
  readonly for: WaitingFor;
  /** When it ends by itself; null where that is not known. */
  readonly until: Instant | null;
}

/** The result of the `outboundCall` workflow: under 1 KB, since Temporal copies it into the parent's history. */
export interface CallResult {
  readonly status: EndStatus;
  readonly reason: CancelReason | null;
  /** Of the last attempt. */
  readonly disposition: Disposition | null;
  readonly attempts: number;
  readonly nextScheduleTime: Instant;
  readonly durationSeconds: number | null;
  /** The provider's ID of the call or of its recording. Calls of an earlier version say neither this nor the next. */
  readonly recordId?: string | null;
  readonly completedTime?: Instant;
  /** What it was edited to, where it was. */
  readonly edited?: Partial<Pick<CallFacts, 'endpoint' | 'priority' | 'callDeadline' | 'scheduledTime'>>;
}

/** What is to be changed about a call, in the words of who asks for it: as in the API, `null` leaves a field as it is. */
export interface CallEdit {
  readonly priority?: number | null;
  readonly callDeadline?: string | null;
  readonly scheduledTime?: string | null;
  readonly endpoint?: string | null;
}

/** How an edit ended. */
export type EditAnswer =
  | { readonly kind: 'edited'; readonly call: EditedCall }
  /** Nothing was changed: every mistake, with the field that it is in (empty for the whole). */
  | { readonly kind: 'invalid'; readonly mistakes: readonly { readonly path: string; readonly message: string }[] }
  /** Nothing was changed: it is being dialed, or has ended. */
  | { readonly kind: 'too-late'; readonly status: CallStatus };

/** A call's changed parts, as its workflow keeps them. */
export interface EditedCall {
  readonly facts: CallFacts;
  readonly input: CallInput;
  readonly endpointHash: string;
  /** The fields that are not what they were. */
  readonly changed: readonly (keyof CallEdit)[];
}
