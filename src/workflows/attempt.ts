import {
  ActivityFailure,
  CancellationScope,
  condition,
  log,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { isOutcome, type KnownOfAttempt, type Outcome, type PlaceCallInput } from '../contract/placement.ts';
import { CALL_STATUS } from '../contract/search-attributes.ts';
import { placing, takingOver } from './call-activities.ts';
import type { CallState, Placement } from './call-state.ts';

/** How long to wait before an activity that failed by itself is scheduled again: it grows up to the last of these. */
const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;

/**
 * One attempt, from the queue to its end. Until it is dialed it races the deadline and cancellation; from then on,
 * whatever ends `placeCall` other than an outcome leads to `takeOver`, so that nothing is dialed twice and no call goes on
 * that nobody owns.
 */
export async function placeAttempt(call: CallState): Promise<Outcome> {
  for (let failures = 0; ; failures += 1) {
    const placement = call.newPlacement();
    const request = placeCallInput(call, placement);
    const { placeCall } = placing(call, placement.attempt);
    const outcome = await supervise(call, () => placeCall(request), call.facts.callDeadline);
    if (isWithdrawn(call, outcome)) return await withdrawn(call);
    if (outcome !== null) return outcome;
    if (!call.dialing && call.cancelReason === null) await pauseBeforePlacing(call, failures);
    if (call.dialing) return await takeOverUntilKnown(call, request);
    if (call.cancelReason !== null) return await withoutDialing(call, 'canceled');
    if (msUntil(call.facts.callDeadline) <= 0) return await withoutDialing(call, 'deadline');
  }
}

/** Whether the call has come back from the queue because somebody edits it, and for no other reason. */
function isWithdrawn(call: CallState, outcome: Outcome | null): boolean {
  if (!call.withdrawing || call.cancelReason !== null) return false;
  return outcome === null ? !call.dialing : outcome.kind === 'not-dialed' && outcome.because === 'canceled';
}

/** It goes on with what it is edited to. */
async function withdrawn(call: CallState): Promise<Outcome> {
  call.placement = null;
  call.withdrawing = false;
  await condition(() => !call.editing);
  return { kind: 'not-now', plan: call.plan };
}

/** Ends early where the call is cancelled, its deadline comes, or a worker that seemed gone says that it dials after all. */
async function pauseBeforePlacing(call: CallState, failures: number): Promise<void> {
  const wait = Math.min(pauseMs(failures), msUntil(call.facts.callDeadline));
  if (wait <= 0) return;
  log.warn(`placeCall failed before it dialed: again in ${wait / 1_000} s`);
  const summary = 'placeCall failed before it dialed: tries again';
  await condition(() => call.dialing || call.cancelReason !== null, wait, { summary });
}

/**
 * What becomes of a call that is not to be dialed. An operator may have reset it: then an earlier run may have dialed, and
 * somebody be on the line, so the carrier is asked before anything else is said of the call.
 */
export async function withoutDialing(call: CallState, because: 'deadline' | 'canceled'): Promise<Outcome> {
  const { runId, firstExecutionRunId } = workflowInfo();
  // Differs between a run and its reset, which replays it; but where the first run comes here it ends in this very task,
  // so that no replay has to pass.
  if (runId !== firstExecutionRunId) {
    const outcome = await takeOverUntilKnown(call, placeCallInput(call, call.newPlacement()));
    if (outcome.kind !== 'never-placed') return outcome;
  }
  return { kind: 'not-dialed', because };
}

async function takeOverUntilKnown(call: CallState, request: PlaceCallInput): Promise<Outcome> {
  if (call.placement !== null) call.placement.takenOver = true;
  call.show('waits for a worker that asks the carrier what became of it');
  const { takeOver } = takingOver(call);
  // Temporal does not retry an activity whose cancellation was asked for, so the loop does.
  for (let failures = 0; ; failures += 1) {
    const outcome = await supervise(call, () => takeOver({ ...request, known: known(call) }));
    if (outcome !== null) return outcome;
    const wait = pauseMs(failures);
    log.warn(`takeOver failed: again in ${wait / 1_000} s`);
    await sleep(wait, { summary: 'takeOver failed: tries again' });
  }
}

/**
 * Runs an activity of the call and passes on, as a cancellation of it, every wish to stop that comes up meanwhile, and the
 * deadline as long as nothing is dialed. Null when the activity failed without an outcome.
 */
async function supervise(call: CallState, start: () => Promise<Outcome>, deadline?: string): Promise<Outcome | null> {
  const scope = new CancellationScope();
  const stopsBefore = call.stopRequests;
  let settled = false;
  const outcome = scope
    .run(start)
    // An operator who completes the activity by hand may give it anything.
    .then((given) => (isOutcome(given) ? given : null))
    .catch((error: unknown) => {
      if (!(error instanceof ActivityFailure)) throw error;
      return null;
    })
    .finally(() => (settled = true));
  const stop = (): boolean => settled || call.stopRequests > stopsBefore;

  await untilDialing(call, stop, deadline);
  if (call.dialing && !settled) {
    running(call);
    await condition(stop);
  }
  if (!settled) scope.cancel();
  return await outcome;
}

/** Until the attempt is dialed, is to stop, or its deadline passes. */
async function untilDialing(call: CallState, stop: () => boolean, deadline?: string): Promise<void> {
  const isSettled = (): boolean => call.dialing || stop();
  if (deadline === undefined) return await condition(isSettled);
  await condition(isSettled, Math.max(1, msUntil(deadline)), { summary: 'deadline' });
}

function known({ placement }: CallState): KnownOfAttempt {
  const { startedTime = null, answeredTime = null, via = null } = placement ?? {};
  return { startedTime, answeredTime, via };
}

function running(call: CallState): void {
  if (call.status === 'Running') return;
  call.status = 'Running';
  call.show(`attempt ${call.placement?.attempt ?? 1} is dialed`);
  upsertSearchAttributes([{ key: CALL_STATUS, value: 'Running' }]);
}

const pauseMs = (failures: number): number => PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] ?? PAUSES_MS[0];

const msUntil = (instant: string): number => Date.parse(instant) - Date.now();

function placeCallInput({ facts, input }: CallState, placement: Placement): PlaceCallInput {
  const { orgId, agentId, batchId, trunk, additionalData, priority, callDeadline, timezone } = facts;
  return {
    orgId,
    agentId,
    batchId,
    trunk,
    endpoint: input.endpoint,
    endpointAsSent: facts.endpoint,
    additionalData,
    priority,
    callDeadline,
    timezone,
    overrideOutboundConfig: facts.overrideOutboundConfig,
    attempt: placement.attempt,
    placement: placement.id,
    firstRunId: workflowInfo().firstExecutionRunId,
  };
}
