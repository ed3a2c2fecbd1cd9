import { type CallFacts, type CancelReason, type EndStatus, type Instant, isEnd } from '../contract/call.ts';
import { webhookId } from '../contract/ids.ts';
import type { BatchPayload, CallOutcome, WebhookEvent, WebhookPayload } from '../contract/webhook.ts';

type CallIdentity = Pick<CallFacts, 'agentId' | 'orgId' | 'endpoint' | 'additionalData'>;

/** How a call has ended, as far as its events tell. */
export interface CallEnd {
  readonly status: EndStatus;
  readonly reason: CancelReason | null;
  readonly createdTime: Instant;
  readonly completedTime: Instant;
  readonly durationSeconds: number | null;
  readonly transcription: string | null;
  readonly result: CallOutcome | null;
  readonly errorMessage: string | null;
}

/** What is known of a call whose end no dialer has seen. */
export const UNSEEN_END = { durationSeconds: null, transcription: null, result: null, errorMessage: null } as const;

/** What the event of a call's end is called. */
const END_EVENTS: Readonly<Record<EndStatus, string>> = {
  Completed: 'completed',
  Failed: 'failed',
  Canceled: 'deadline',
};

/** An attempt is being dialed. @param attempt from 1 */
export function startEvent(callId: string, call: CallIdentity, attempt: number): WebhookEvent {
  const payload = { type: 'StartWebHookPayload', status: 'Running', ...identity(callId, call) } as const;
  return toEvent('start', callId, startEventName(attempt), payload);
}

/** The call has ended: its only event that says so. */
export function endEvent(callId: string, call: CallIdentity, end: CallEnd): WebhookEvent {
  return toEvent('result', callId, END_EVENTS[end.status], endPayload(identity(callId, call), end));
}

function endPayload(who: ReturnType<typeof identity>, end: CallEnd): WebhookPayload {
  const { status, durationSeconds, transcription, result, createdTime, completedTime, errorMessage, reason } = end;
  switch (status) {
    case 'Completed':
      return { type: 'CompletedWebHookPayload', status, ...who, durationSeconds, transcription, result };
    case 'Failed':
      return { type: 'FailedWebHookPayload', status, ...who, createdTime, completedTime, errorMessage };
    case 'Canceled':
      return { type: 'CallDeadLineWebHookPayload', status, ...who, reason };
  }
}

/** Every call of a batch has ended. */
export const batchEvent = (batch: Omit<BatchPayload, 'type'>): WebhookEvent =>
  toEvent('batch', batch.batchId, 'batch-completed', { type: 'BatchCompletedWebHookPayload', ...batch });

/** The names of the events that a call may have had so far. @param attempts how often it was dialed */
export function eventNames(attempts: number, status: string): string[] {
  const starts = Array.from({ length: attempts }, (_, index) => startEventName(index + 1));
  return isEnd(status) ? [...starts, END_EVENTS[status]] : starts;
}

/** What the event of an attempt, from 1, is called. */
export const startEventName = (attempt: number): string => (attempt === 1 ? 'start' : `start-${attempt}`);

const identity = (callId: string, { agentId, orgId, endpoint, additionalData }: CallIdentity) => ({
  callId,
  agentId,
  orgId,
  endpoint,
  callAdditionalData: additionalData,
});

const toEvent = (kind: WebhookEvent['kind'], callId: string, event: string, payload: WebhookPayload): WebhookEvent => ({
  id: webhookId(callId, event),
  kind,
  event,
  payload,
});
