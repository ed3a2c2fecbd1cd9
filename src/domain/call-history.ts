import type { Attempt, CallProgress, CallResult, CancelReason, Instant, Plan } from '../contract/call.ts';
import type { AttemptEnd, Outcome } from '../contract/placement.ts';
import type { CallOutcome } from '../contract/webhook.ts';

/** What an event of a call's history says, of the few that tell what became of the call. */
export type CallEvent =
  | { readonly kind: 'dialing' | 'answered'; readonly attempt: number; readonly time: Instant }
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'planned'; readonly plan: Plan }
  | { readonly kind: 'completed'; readonly result: CallResult }
  | { readonly kind: 'canceled' }
  | { readonly kind: 'terminated' }
  | { readonly kind: 'failed'; readonly message: string };

/** A call that has ended, as its history tells it. */
export interface EndedCall extends CallProgress {
  readonly durationSeconds: number | null;
  readonly errorMessage: string | null;
  readonly recordId: string | null;
  readonly transcription: string | null;
  /** Of a call that reached somebody. */
  readonly outcome: CallOutcome | null;
}

interface Folded {
  status: EndedCall['status'];
  reason: CancelReason | null;
  errorMessage: string | null;
  nextScheduleTime: Instant;
  attempts: Attempt[];
  lastEnd: AttemptEnd | null;
}

/**
 * Folds the history of an ended call into what became of it. It needs no worker, and no replay.
 *
 * @param plan the one that the call was accepted with
 */
export function foldCallHistory(plan: Plan, events: Iterable<CallEvent>): EndedCall {
  const call: Folded = {
    status: 'Unknown',
    reason: null,
    errorMessage: null,
    nextScheduleTime: plan.at,
    attempts: [],
    lastEnd: null,
  };
  for (const event of events) fold(call, event);
  const { lastEnd } = call;
  return {
    status: call.status,
    reason: call.reason,
    nextScheduleTime: call.nextScheduleTime,
    attempts: call.attempts,
    waitingFor: null,
    cancelRequested: false,
    hangupRequested: false,
    durationSeconds: lastEnd === null ? null : talkSeconds(lastEnd),
    errorMessage: call.errorMessage ?? lastEnd?.errorMessage ?? null,
    recordId: lastEnd?.recordId ?? null,
    transcription: lastEnd?.transcription ?? null,
    outcome: call.status === 'Completed' && lastEnd !== null ? outcomeOf(lastEnd) : null,
  };
}

function fold(call: Folded, event: CallEvent): void {
  switch (event.kind) {
    case 'dialing':
      return begin(call, event.attempt, event.time);
    case 'answered':
      return answer(call, event.attempt, event.time);
    case 'outcome':
      return foldOutcome(call, event.outcome);
    case 'planned':
      call.nextScheduleTime = event.plan.at;
      return;
    case 'completed':
      // The workflow knows which of its attempts count: a worker that was gone may have told of another.
      call.attempts = call.attempts.slice(0, event.result.attempts);
      call.status = event.result.status;
      call.reason = event.result.reason;
      call.nextScheduleTime = event.result.nextScheduleTime;
      return;
    case 'canceled':
      // It ends only once the attempt under way has: one that has not was none.
      if (hasOpenAttempt(call)) call.attempts.pop();
      call.status = 'Canceled';
      call.reason = 'request';
      return;
    case 'terminated':
      call.status = 'Canceled';
      call.reason = 'terminated';
      return;
    case 'failed':
      call.status = 'Failed';
      call.errorMessage = event.message;
      return;
  }
}

/** An attempt that is told of again was not dialed the first time: its worker was gone, or its workflow was reset. */
function begin(call: Folded, number: number, startedTime: Instant): void {
  if (hasOpenAttempt(call) && call.attempts.at(-1)?.number === number) call.attempts.pop();
  if (number !== call.attempts.length + 1) return;
  const times = { startedTime, answeredTime: null, endedTime: null };
  call.attempts.push({ number, ...times, disposition: null, providerCode: null });
}

function answer(call: Folded, number: number, answeredTime: Instant): void {
  const last = call.attempts.at(-1);
  if (last?.number === number && last.answeredTime === null) call.attempts.splice(-1, 1, { ...last, answeredTime });
}

function foldOutcome(call: Folded, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'ended': {
      const { startedTime, answeredTime, endedTime, disposition, providerCode } = outcome.end;
      if (hasOpenAttempt(call)) call.attempts.pop();
      const number = call.attempts.length + 1;
      call.attempts.push({ number, startedTime, answeredTime, endedTime, disposition, providerCode });
      call.lastEnd = outcome.end;
      return;
    }
    case 'not-now':
      // Told that it is dialed, and then held back in its turn.
      if (hasOpenAttempt(call)) call.attempts.pop();
      call.nextScheduleTime = outcome.plan.at;
      return;
    case 'never-placed':
    case 'not-dialed':
      // It was about to be dialed, and was not.
      if (hasOpenAttempt(call)) call.attempts.pop();
      if (outcome.kind === 'not-dialed') call.errorMessage = outcome.message ?? null;
      return;
  }
}

/** What the last attempt of a call that reached somebody came to. */
export const outcomeOf = ({ disposition, postCallAnalysis = null }: AttemptEnd): CallOutcome => ({
  finishReason: disposition,
  postCallAnalysis,
});

const hasOpenAttempt = ({ attempts }: Folded): boolean => attempts.at(-1)?.disposition === null;

/** Seconds between the answer and the end; null where nobody answered. */
export function talkSeconds({ answeredTime, endedTime }: AttemptEnd): number | null {
  return answeredTime === null ? null : Math.round((Date.parse(endedTime) - Date.parse(answeredTime)) / 1_000);
}
