import type { HeldCall, PageCall } from '../../../contract/batch.ts';
import type { CallFacts, CallResult, CallStatus, Disposition, Instant } from '../../../contract/call.ts';
import type { CallView } from '../call-view.ts';
import type { OpenCall } from './open-calls.ts';

/** What became of one call of a batch: a line of its results. */
export interface ResultRow {
  readonly callId: string;
  readonly endpoint: string;
  readonly status: CallStatus;
  readonly reason: string | null;
  /** How the last attempt ended; null while none has, or the call has not ended. */
  readonly disposition: Disposition | null;
  /** Dials; null while the call has not ended. */
  readonly attempts: number | null;
  /** From the answer to the end; null where nobody answered, or the call has not ended. */
  readonly durationSeconds: number | null;
  /** The provider's ID of the call or of its recording. */
  readonly recordId: string | null;
  readonly priority: number;
  readonly timezone: string;
  readonly createdTime: Instant;
  readonly scheduledTime: Instant | null;
  readonly nextScheduleTime: Instant;
  readonly callDeadline: Instant;
  readonly completedTime: Instant | null;
  readonly additionalData: CallFacts['additionalData'];
}

type Outcome = Pick<
  ResultRow,
  | 'status'
  | 'reason'
  | 'disposition'
  | 'attempts'
  | 'durationSeconds'
  | 'recordId'
  | 'nextScheduleTime'
  | 'completedTime'
>;

const UNKNOWN_YET = {
  reason: null,
  disposition: null,
  attempts: null,
  durationSeconds: null,
  recordId: null,
  completedTime: null,
};

/** A call that has ended, as its workflow said with its end. @param heardOf when its page heard of it */
export function endedRow({ callId, facts }: PageCall, result: CallResult, heardOf: Instant): ResultRow {
  const { edited, recordId = null, completedTime = heardOf, ...told } = result;
  const outcome = { ...told, recordId, completedTime };
  return row(callId, { ...facts, ...edited }, outcome);
}

/** A call that had not ended when its batch was looked through. */
export const openRow = ({ callId, facts }: PageCall, { status, nextScheduleTime }: OpenCall): ResultRow =>
  row(callId, facts, { ...UNKNOWN_YET, status, nextScheduleTime });

/** A call that no workflow stands for. */
export const heldRow = (callId: string, { facts, input, status, reason, completedTime }: HeldCall): ResultRow =>
  row(callId, facts, { ...UNKNOWN_YET, attempts: 0, status, reason, completedTime, nextScheduleTime: input.plan.at });

/** A call that was looked up by itself. */
export function viewedRow(call: CallView, scheduledTime: Instant | null): ResultRow {
  const { status, reason, attempts, durationSeconds, recordId, nextScheduleTime, completedTime } = call;
  const hasEnded = completedTime !== null;
  const outcome = hasEnded ? { disposition: attempts.at(-1)?.disposition ?? null, attempts: attempts.length } : {};
  return row(
    call.callId,
    { ...call, scheduledTime },
    { ...UNKNOWN_YET, status, reason, durationSeconds, recordId, nextScheduleTime, completedTime, ...outcome },
  );
}

/** A call that Temporal has forgotten. */
export const unknownRow = ({ callId, facts, input }: PageCall): ResultRow =>
  row(callId, facts, { ...UNKNOWN_YET, status: 'Unknown', nextScheduleTime: input.plan.at });

function row(callId: string, facts: Omit<CallFacts, 'batchId' | 'trunk'>, outcome: Outcome): ResultRow {
  const { endpoint, priority, timezone, createdTime, scheduledTime, callDeadline, additionalData } = facts;
  const { status, reason, disposition, attempts, durationSeconds, recordId } = outcome;
  const { nextScheduleTime, completedTime } = outcome;
  return {
    callId,
    endpoint,
    status,
    reason,
    disposition,
    attempts,
    durationSeconds,
    recordId,
    priority,
    timezone,
    createdTime,
    scheduledTime,
    nextScheduleTime,
    callDeadline,
    completedTime,
    additionalData,
  };
}
