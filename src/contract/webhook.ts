import type { CallStatus, Instant } from './call.ts';

/** Which of an agent's webhooks an event goes to. */
export type WebhookKind = 'start' | 'result' | 'batch';

/** What every event of a call says. */
interface CallPayload {
  readonly callId: string;
  readonly agentId: string;
  readonly orgId: string;
  /** As it was sent. */
  readonly endpoint: string;
  readonly callAdditionalData: Readonly<Record<string, unknown>> | null;
}

/** An attempt is being dialed. */
export interface StartPayload extends CallPayload {
  readonly type: 'StartWebHookPayload';
  readonly status: 'Running';
}

/** Somebody was reached, and the call is over. */
export interface CompletedPayload extends CallPayload {
  readonly type: 'CompletedWebHookPayload';
  readonly status: 'Completed';
  readonly durationSeconds: number | null;
  readonly transcription: string | null;
  readonly result: CallOutcome | null;
}

/** The attempts are used up, or the last one was final. */
export interface FailedPayload extends CallPayload {
  readonly type: 'FailedWebHookPayload';
  readonly status: 'Failed';
  readonly createdTime: Instant;
  readonly completedTime: Instant;
  readonly errorMessage: string | null;
}

/** The deadline has come, or the call was cancelled: `reason` says. */
export interface CanceledPayload extends CallPayload {
  readonly type: 'CallDeadLineWebHookPayload';
  readonly status: 'Canceled';
  readonly reason: string | null;
}

/** Every call of a batch has ended. */
export interface BatchPayload {
  readonly type: 'BatchCompletedWebHookPayload';
  readonly status: 'Completed' | 'Canceled';
  readonly batchId: string;
  readonly batchName: string | null;
  readonly agentId: string;
  readonly orgId: string;
  readonly createdTime: Instant;
  readonly completedTime: Instant;
  /** Calls in all. */
  readonly total: number;
  readonly counts: Readonly<Partial<Record<CallStatus, number>>>;
}

/** How a call that reached somebody ended. */
export interface CallOutcome {
  /** The disposition of its last attempt. */
  readonly finishReason: string;
  /** What the voice platform made of it, where it does. */
  readonly postCallAnalysis: unknown;
}

/** What is sent, but for `agentAdditionalData`, which is the agent's at the time of sending. */
export type WebhookPayload = StartPayload | CompletedPayload | FailedPayload | CanceledPayload | BatchPayload;

/** Something that an agent's webhook is to be told. */
export interface WebhookEvent {
  /** Of the delivery's workflow, and the `webhook-id` header: the same however often it is sent, so that it can be told. */
  readonly id: string;
  readonly kind: WebhookKind;
  /** `start`, `start-2`, … for further attempts, `completed`, `failed`, `deadline`; of a batch `batch-completed`. */
  readonly event: string;
  readonly payload: WebhookPayload;
}

/** One try to deliver an event. */
export interface WebhookAttempt {
  readonly time: Instant;
  /** Without what may hold credentials: user, password and query. */
  readonly url: string;
  /** Null where no answer came. */
  readonly statusCode: number | null;
  /** Why none came; null where one did. */
  readonly error: string | null;
  readonly durationMs: number;
}

/** What a try has come to. */
export type Tried =
  /** Nobody is to be told: the agent has no such webhook, or is gone. */
  | { readonly verdict: 'nobody' }
  | {
      /** `again`: later. `stopped`: the receiver wants it never. */
      readonly verdict: 'delivered' | 'stopped' | 'again';
      readonly attempt: WebhookAttempt;
      /** How long the receiver wants to be left alone, in milliseconds; null where it does not say. */
      readonly retryAfterMs: number | null;
    };

/** How a delivery stands. `expired`: given up after 72 hours. */
export type DeliveryStatus = 'pending' | 'delivered' | 'stopped' | 'expired';

/** A delivery with its attempts: what the query `getDelivery` answers. */
export interface Delivery {
  readonly event: string;
  readonly webhookId: string;
  readonly status: DeliveryStatus;
  readonly attempts: readonly WebhookAttempt[];
  /** Null where none is to come. */
  readonly nextAttemptTime: Instant | null;
}

/** What `webhookDelivery` is started with. */
export interface DeliveryInput {
  readonly event: WebhookEvent;
  /** Those that were made before. */
  readonly attempts: readonly WebhookAttempt[];
  readonly retryAfterMs: number | null;
}
