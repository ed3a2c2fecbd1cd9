import { WorkflowNotFoundError } from '@temporalio/client';
import { cancelHeldCallUpdate } from '../../contract/messages.ts';
import { type CallView, describeCall, findHeldCall, hasEnded, viewCall } from '../reading/call-view.ts';
import type { ApiDeps } from '../context.ts';
import { conflict } from '../problem.ts';
import { lookUntil } from '../look-until.ts';

const TALKING = 'Somebody is talking: send `?hangup=true` to hang up on them.';

/**
 * Cancels a call that waits or rings, and with `hangup` one that talks too.
 *
 * @returns the call as it is then: ended, or about to be
 * @throws Problem 404 when there is no such call, 409 when it has ended, or somebody is talking and `hangup` is not set
 */
export async function cancelCall(deps: ApiDeps, orgId: string, callId: string, hangup: boolean): Promise<CallView> {
  const isStarted = (await describeCall(deps, orgId, callId)) !== null;
  if (!isStarted && (await cancelHeldCall(deps, orgId, callId))) return await viewCall(deps, orgId, callId);
  const before = await viewCall(deps, orgId, callId);
  if (hasEnded(before)) throw conflict(`The call has ended: it is ${before.status}.`);
  if (isTalking(before) && !hangup) throw conflict(TALKING);
  try {
    await deps.client.workflow.getHandle(callId).signal('cancelCall', { reason: 'request', hangup });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw conflict('The call has just ended.');
    throw error;
  }
  return await untilEnded(deps, orgId, callId, hangup);
}

/** Whether the call's workflow had not started, and now never will. */
async function cancelHeldCall(deps: ApiDeps, orgId: string, callId: string): Promise<boolean> {
  const found = await findHeldCall(deps, orgId, callId);
  if (found === null) return false;
  if (found.held.status === 'Canceled') throw conflict('The call has ended: it is Canceled.');
  return await deps.client.workflow.getHandle(found.page).executeUpdate(cancelHeldCallUpdate, { args: [callId] });
}

/** Somebody may have answered while the cancellation was on its way: then they are talking, and are left to. */
async function untilEnded(deps: ApiDeps, orgId: string, callId: string, hangup: boolean): Promise<CallView> {
  const isLeft = (call: CallView): boolean => isTalking(call) && !hangup;
  const call = await lookUntil(
    () => viewCall(deps, orgId, callId),
    (seen) => hasEnded(seen) || isLeft(seen),
  );
  if (isLeft(call)) throw conflict(TALKING);
  return call;
}

const isTalking = ({ waitingFor }: CallView): boolean => waitingFor?.for === 'end';
