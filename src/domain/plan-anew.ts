import type { Instant, Plan, WaitingFor } from '../contract/call.ts';
import type { Schedule } from '../contract/schedule.ts';
import { planCall } from './plan.ts';

/** A call that waits for its time, whose calling hours may be other ones by now. */
export interface WaitingCall {
  readonly timezone: string;
  readonly callDeadline: Instant;
  /** Before this the call itself does not want to go out, whatever the hours, in milliseconds since the epoch. */
  readonly notBefore: number;
  /** What `notBefore` is. */
  readonly because: WaitingFor;
  readonly plan: Plan;
}

/**
 * The plan of a waiting call by these calling hours; null where it is what it was, and for hours that nobody can read:
 * these may have been sent by hand.
 *
 * @param now milliseconds since the epoch
 */
export function planAnew(schedule: Schedule | null, call: WaitingCall, now: number): Plan | null {
  const { timezone, callDeadline, notBefore, because } = call;
  try {
    const plan = planCall(schedule, timezone, { now, notBefore, because, callDeadline });
    const isSame = plan.at === call.plan.at && plan.waitingFor === call.plan.waitingFor;
    return isSame ? null : plan;
  } catch {
    return null;
  }
}
