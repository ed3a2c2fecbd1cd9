import type { RawValue } from '@temporalio/common';
import { CancellationScope, setHandler } from '@temporalio/workflow';
import { followsItsAgent } from '../contract/call.ts';
import { replanCallSignal } from '../contract/messages.ts';
import type { Schedule } from '../contract/schedule.ts';
import { planning } from './call-activities.ts';
import type { CallState } from './call-state.ts';
import { oneByOne } from './edit-call.ts';
import { readSignal } from './read-signal.ts';

/** Lets a call that waits for its time follow the calling hours of its agent. */
export function followHours(call: CallState): void {
  setHandler(replanCallSignal, async (raw: RawValue | undefined) => {
    const { schedule } = readSignal(raw);
    // What it is, is for the activity to find out, which knows of hours and zones.
    if (typeof schedule !== 'object') return;
    // A native cancellation is the call's to heed: here it would end the workflow in the midst of it.
    await CancellationScope.nonCancellable(() => oneByOne(call, () => replan(call, schedule)));
  });
}

async function replan(call: CallState, schedule: Schedule | null): Promise<void> {
  if (!isWaiting(call)) return;
  const { facts, plan } = call;
  const { timezone, callDeadline, scheduledTime } = facts;
  const scheduled = scheduledTime === null ? 0 : Date.parse(scheduledTime);
  const anew = await planning.planAnew(schedule, {
    timezone,
    callDeadline,
    // A delay that an attempt has cost is never shortened, nor does a call go out before the time that it was given.
    notBefore: Math.max(scheduled, call.retryAt),
    because: call.retryAt > scheduled ? 'retry-delay' : 'scheduled-time',
    plan,
  });
  if (anew !== null && isWaiting(call)) call.replan(anew);
}

/** Whether it sleeps until a time that its agent's hours have a part in, or is held back by how its agent is configured. */
const isWaiting = ({ status, plan, cancelReason }: CallState): boolean =>
  (status === 'Created' || status === 'Pending') && cancelReason === null && followsItsAgent(plan.waitingFor);
