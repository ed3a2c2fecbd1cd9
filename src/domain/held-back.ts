import type { Instant, Plan } from '../contract/call.ts';
import { toInstant } from './instant.ts';

/** As long as a clock that is wrong is let be before it is looked at again, in milliseconds: somebody may set it right. */
const LONGEST_WAIT_MS = 5 * 60_000;

/**
 * The plan of a call that a worker has held back, for a workflow whose clock shows `now`, in milliseconds since the epoch.
 * Where the worker's clock is behind, a plan may lie in the past by now: then the call waits for as long as the worker saw
 * it wait, or it would be asked for again at once, time after time, until that clock has caught up.
 *
 * @param askedTime what the worker's clock showed; undefined from a worker of an earlier version
 */
export function planHeldBack(plan: Plan, askedTime: Instant | undefined, now: number): Plan {
  const wait = Date.parse(plan.at) - Date.parse(askedTime ?? '');
  // An operator who completes the activity by hand may have given any text.
  if (Date.parse(plan.at) > now || !(wait > 0)) return plan;
  return { ...plan, at: toInstant(now + Math.min(wait, LONGEST_WAIT_MS)) };
}
