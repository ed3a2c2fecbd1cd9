import type { SearchAttributeUpdatePair } from '@temporalio/common';
import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { CallInput, CallResult, CancelReason, Disposition } from '../contract/call.ts';
import type { AttemptEnd, Outcome } from '../contract/placement.ts';
import { CALL_STATUS, DISPOSITION, NEXT_SCHEDULE_TIME, WAITING_FOR } from '../contract/search-attributes.ts';
import type { CallMemo } from '../contract/start-call.ts';
import { talkSeconds } from '../domain/call-history.ts';
import { planHeldBack } from '../domain/held-back.ts';
import { toInstant } from '../domain/instant.ts';
import { retryDelay } from '../domain/retry.ts';
import { placeAttempt, withoutDialing } from './attempt.ts';
import { planning } from './call-activities.ts';
import { CallState } from './call-state.ts';
import { acceptEdits } from './edit-call.ts';
import { followHours } from './replan-call.ts';
import { tellEnd, tellStart } from './tell-end.ts';

/**
 * One call, from its acceptance to its end: asleep until it may go out, queued for a line, dialed, tried again as its
 * retry policy says, and over at its deadline at the latest, unless somebody is talking.
 *
 * Every end completes it normally, failures of the business too; only a native cancellation ends it as canceled.
 *
 * @throws CancelledFailure when the workflow itself was cancelled before the call was answered
 */
export async function outboundCall(input: CallInput): Promise<CallResult> {
  const { call: facts } = workflowInfo().memo as CallMemo;
  const call = new CallState(facts, input);
  acceptEdits(call);
  followHours(call);
  heedNativeCancellation(call);
  // Its story is not cancelled from outside: it ends by itself, once the carrier knows that nobody wants the call.
  const result = await CancellationScope.nonCancellable(() => run(call));
  if (call.canceledNatively && result.status === 'Canceled') throw new CancelledFailure('The call was canceled');
  return result;
}

function heedNativeCancellation(call: CallState): void {
  CancellationScope.current().cancelRequested.catch(() => {
    // It is told how it has ended: with the reason that it had then.
    if (call.ended) return;
    call.cancel('request');
    call.canceledNatively = call.cancelReason !== null;
  });
}

async function run(call: CallState): Promise<CallResult> {
  for (;;) {
    await sleepUntilDue(call);
    const outcome = await attempt(call);
    const result = await decide(call, outcome);
    if (result === null) continue;
    call.result = result;
    await tellEnd(call, result, outcome);
    // Waiting costs something even where nothing is waited for: each promise of a workflow is traced.
    if (!allHandlersFinished()) await condition(allHandlersFinished);
    return result;
  }
}

async function attempt(call: CallState): Promise<Outcome> {
  if (call.cancelReason !== null) return await withoutDialing(call, 'canceled');
  if (isPast(call.facts.callDeadline)) return await withoutDialing(call, 'deadline');
  queue(call);
  return await placeAttempt(call);
}

/** Waits until the plan or the deadline, whichever comes first, or until somebody cancels; plan and deadline may change. */
async function sleepUntilDue(call: CallState): Promise<void> {
  for (;;) {
    if (call.editing) await condition(() => !call.editing);
    const wait = Math.min(Date.parse(call.plan.at), Date.parse(call.facts.callDeadline)) - Date.now();
    if (wait <= 0 || call.cancelReason !== null) return;
    call.status = 'Pending';
    call.show(call.plan.summary);
    const { changes } = call;
    const isUp = (): boolean => call.cancelReason !== null || call.changes > changes;
    const isTold = await condition(isUp, wait, { summary: call.plan.summary });
    if (!isTold && !call.editing) return;
  }
}

function queue(call: CallState): void {
  call.status = 'Queued';
  call.show(`waits for a line of ${call.facts.trunk}`);
  // A call that was due when it was started was started with this status.
  if (workflowInfo().typedSearchAttributes.get(CALL_STATUS) === 'Queued') return;
  upsertSearchAttributes([{ key: CALL_STATUS, value: 'Queued' }, ...noLongerWaiting()]);
}

/** What an outcome means: the call's result, or null where it goes on. */
async function decide(call: CallState, outcome: Outcome): Promise<CallResult | null> {
  switch (outcome.kind) {
    case 'not-now':
      call.holdBack(planHeldBack(outcome.plan, outcome.askedTime, Date.now()));
      wait(call);
      return null;
    case 'never-placed':
      call.placement = null;
      return null;
    case 'not-dialed':
      return end(
        call,
        'Canceled',
        call.cancelReason ?? (outcome.because === 'canceled' ? 'deadline' : outcome.because),
      );
    case 'ended':
      call.endPlacement(outcome.end);
      await tellStart(call, outcome, call.attempts.length);
      return await decideEnded(call, outcome.end, outcome.stoppedBy === 'deadline');
  }
}

async function decideEnded(
  call: CallState,
  attempt: AttemptEnd,
  stoppedByDeadline: boolean,
): Promise<CallResult | null> {
  const { facts, input } = call;
  if (isConnected(attempt.disposition, input)) return end(call, 'Completed', null, attempt);
  if (call.cancelReason !== null) return end(call, 'Canceled', call.cancelReason, attempt);
  if (stoppedByDeadline) return end(call, 'Canceled', 'deadline', attempt);
  const delay = retryDelay(input.retry, call.dispositions);
  if (delay === null) return end(call, 'Failed', null, attempt);
  const { agentId, orgId, timezone, callDeadline } = facts;
  call.retryAt = Date.now() + delay;
  const request = { orgId, agentId, timezone, callDeadline, notBefore: call.retryAt, delayMs: delay };
  call.plan = await planning.planRetry(request);
  wait(call, attempt.disposition);
  return null;
}

const isConnected = (disposition: Disposition, input: CallInput): boolean =>
  disposition === 'answered' || (disposition === 'voicemail' && input.onVoicemail === 'complete');

const isPast = (instant: string): boolean => Date.parse(instant) <= Date.now();

/** Back to Pending, and found there. */
function wait(call: CallState, disposition?: Disposition): void {
  call.status = 'Pending';
  upsertSearchAttributes([
    { key: CALL_STATUS, value: call.status },
    { key: NEXT_SCHEDULE_TIME, value: new Date(call.plan.at) },
    { key: WAITING_FOR, value: call.plan.waitingFor },
    ...(disposition === undefined ? [] : [{ key: DISPOSITION, value: disposition }]),
  ]);
}

/** One that is longer than any provider's is left to the call's own history: results stay compact. */
const LONGEST_RECORD_ID = 200;

const shortRecordId = (attempt: AttemptEnd | undefined): string | null =>
  attempt?.recordId != null && attempt.recordId.length <= LONGEST_RECORD_ID ? attempt.recordId : null;

/** Takes away what a call waited for, where that is shown: once it does not wait. */
const noLongerWaiting = (): SearchAttributeUpdatePair[] =>
  workflowInfo().typedSearchAttributes.get(WAITING_FOR) === undefined ? [] : [{ key: WAITING_FOR, value: null }];

function end(
  call: CallState,
  status: CallResult['status'],
  reason: CancelReason | null,
  attempt?: AttemptEnd,
): CallResult {
  call.status = status;
  call.reason = reason;
  call.placement = null;
  const disposition = call.attempts.at(-1)?.disposition ?? null;
  upsertSearchAttributes([
    { key: CALL_STATUS, value: status },
    ...noLongerWaiting(),
    ...(attempt === undefined ? [] : [{ key: DISPOSITION, value: attempt.disposition }]),
  ]);
  call.show(reason ?? disposition ?? 'ended');
  return {
    status,
    reason,
    disposition,
    attempts: call.attempts.length,
    nextScheduleTime: call.plan.at,
    durationSeconds: attempt === undefined ? null : talkSeconds(attempt),
    recordId: shortRecordId(attempt),
    completedTime: toInstant(Date.now()),
    ...(call.edited.size === 0 ? {} : { edited: editedFacts(call) }),
  };
}

const editedFacts = ({ facts, edited }: CallState): CallResult['edited'] =>
  Object.fromEntries([...edited].map((field) => [field, facts[field]]));
