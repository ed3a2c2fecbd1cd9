import type { Plan } from '../contract/call.ts';
import type { Schedule } from '../contract/schedule.ts';
import { openUntil } from './calling-window.ts';
import { planCall, type PlanRequest } from './plan.ts';

/** When another attempt is wanted. */
export interface PlanRetryRequest extends PlanRequest {
  /** How long the delay was that `notBefore` comes after, in milliseconds: what a little more is measured by. */
  readonly delayMs: number;
}

/** Nobody waits noticeably longer for it than the delay has them wait … */
const LARGEST_SHARE = 0.1;
/** … and five minutes are enough to part the calls of any batch, in milliseconds. */
const LARGEST_MS = 5 * 60_000;

/**
 * When another attempt may go out: as {@link planCall} has it, and a little later, so that calls that ended together, of a
 * line that was down, say, are not dialed together again. It is later by up to a tenth of the delay and five minutes at
 * the most, still in the calling window in which the delay ends, and before a deadline that the delay alone would keep.
 * What waits for a window to open goes out when it opens.
 *
 * @param random from 0 to, not including, 1
 */
export function planRetry(schedule: Schedule | null, zone: string, request: PlanRetryRequest, random: number): Plan {
  const { notBefore, delayMs, callDeadline } = request;
  const latest = Math.min(notBefore + Math.min(delayMs * LARGEST_SHARE, LARGEST_MS), Date.parse(callDeadline));
  // Nothing to spread over where the window is closed then, or the deadline has passed.
  const room = Math.max(0, openUntil(schedule, zone, notBefore, latest) - notBefore);
  return planCall(schedule, zone, { ...request, notBefore: notBefore + Math.floor(random * room) });
}
