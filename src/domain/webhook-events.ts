import type { CallFacts, CancelReason, Instant } from '../contract/call.ts';
import { webhookId } from '../contract/ids.ts';
import type { BatchPayload, CallOutcome, WebhookEvent } from '../contract/webhook.ts';

type CallIdentity = Pick<CallFacts, 'agentId' | 'orgId' | 'endpoint' | 'additionalData'>;

/** How a call has ended, as far as its events tell. */
export interface CallEnd {
  readonly status: 'Completed' | 'Failed' | 'Canceled';
  readonly reason: CancelReason | null;
  readonly createdTime: Instant;
  readonly completedTime: Instant;
  readonly durationSeconds: number | null;
  readonly transcription: string | null;
  readonly result: CallOutcome | null;
  readonly errorMessage: string | null;
}

/** An attempt is being dialed. @param attempt from 1 */
export function startEvent(callId: string, call: CallIdentity, attempt: number): WebhookEvent {
  const payload = { type: 'StartWebHookPayload', status: 'Running', ...identity(callId, call) } as const;
  return toEvent('start', callId, startEventName(attempt), payload);
}

/** The call has ended: its only event that says so. */
export function endEvent(callId: string, call: CallIdentity, end: CallEnd): WebhookEvent {
  const { status, durationSeconds, transcription, result, createdTime, completedTime, errorMessage, reason } = end;
  const who = identity(callId, call);
  switch (status) {
    case 'Completed': {
      const more = { durationSeconds, transcription, result };
      return toEvent('result', callId, 'completed', { type: 'CompletedWebHookPayload', status, ...who, ...more });
    }
    case 'Failed': {
      const more = { createdTime, completedTime, errorMessage };
      return toEvent('result', callId, 'failed', { type: 'FailedWebHookPayload', status, ...who, ...more });
    }
    case 'Canceled':
      return toEvent('result', callId, 'deadline', { type: 'CallDeadLineWebHookPayload', status, ...who, reason });
  }
}

/** Every call of a batch has ended. */
export const batchEvent = (batch: Omit<BatchPayload, 'type'>): WebhookEvent =>
  toEvent('batch', batch.batchId, 'batch-completed', { type: 'BatchCompletedWebHookPayload', ...batch });

/** The names of the events that a call may have had so far. @param attempts how often it was dialed */
export function eventNames(attempts: number, status: string): string[] {
  const starts = Array.from({ length: attempts }, (_, index) => startEventName(index + 1));
  const end = { Completed: 'completed', Failed: 'failed', Canceled: 'deadline' }[status];
  return end === undefined ? starts : [...starts, end];
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

const toEvent = (
  kind: WebhookEvent['kind'],
  callId: string,
  event: string,
  payload: WebhookEvent['payload'],
): WebhookEvent => ({ id: webhookId(callId, event), kind, event, payload });
