import type { Instant, Plan, WaitingFor } from '../contract/call.ts';
import type { Schedule } from '../contract/schedule.ts';
import { describeOpening, nextOpening } from './calling-window.ts';
import { toInstant } from './instant.ts';

/** When a call is wanted. */
export interface Wanted {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Not before this, in milliseconds since the epoch. */
  readonly notBefore: number;
  /** What `notBefore` is. @default 'scheduled-time' */
  readonly because?: WaitingFor;
}

/** The same, of a call with a deadline. */
export interface PlanRequest extends Wanted {
  readonly callDeadline: Instant;
}

/**
 * When a call may go out: the first instant, not before it is wanted, at which its recipient may be called; the deadline
 * where no window ever opens. It may lie past the deadline: then the deadline ends the call.
 *
 * @param schedule null for always open
 * @param zone the recipient's time zone
 */
export const planCall = (schedule: Schedule | null, zone: string, request: PlanRequest): Plan =>
  planOpening(schedule, zone, request) ?? planNever(request.callDeadline);

/** The plan of a call for which no window ever opens: its deadline ends it. */
export const planNever = (callDeadline: Instant): Plan => ({
  at: callDeadline,
  waitingFor: 'calling-window',
  summary: 'no calling window opens: waits for its deadline',
});

/** The same as {@link planCall}, whatever the deadline; null where no window ever opens. */
export function planOpening(schedule: Schedule | null, zone: string, request: Wanted): Plan | null {
  const { now } = request;
  const wanted = Math.max(now, request.notBefore);
  const opening = nextOpening(schedule, zone, wanted);
  if (opening === null) return null;
  if (opening <= now) return { at: toInstant(now), waitingFor: null, summary: 'may go out now' };
  return {
    at: toInstant(opening),
    waitingFor: opening > wanted ? 'calling-window' : (request.because ?? 'scheduled-time'),
    summary: `waits until ${describeOpening(opening, zone, now)}`,
  };
}
