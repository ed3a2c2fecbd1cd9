import type { Instant, Plan } from '../../contract/call.ts';
import type { Schedule } from '../../contract/schedule.ts';
import { planNever, planOpening } from '../../domain/plan.ts';
import { parseDateTime } from '../../domain/time-zone.ts';

/**
 * The time zone arithmetic of one request, each question worked out once: most of its calls ask the same, and an answer
 * costs as much as all the rest of a call.
 */
export class RequestTimes {
  readonly #schedule: Schedule | null;
  readonly #now: number;
  readonly #instants = new Map<string, number | null>();
  readonly #openings = new Map<string, Plan | null>();

  /**
   * @param schedule of the request's agent; null for always open
   * @param now milliseconds since the epoch
   */
  constructor(schedule: Schedule | null, now: number) {
    this.#schedule = schedule;
    this.#now = now;
  }

  /** As `parseDateTime` has it. */
  readonly parse = (text: string, zone: string): number | null =>
    once(this.#instants, `${zone} ${text}`, () => parseDateTime(text, zone));

  /**
   * When a call may go out, as `planCall` has it.
   *
   * @param notBefore milliseconds since the epoch
   */
  plan(zone: string, notBefore: number, callDeadline: Instant): Plan {
    const wanted = { now: this.#now, notBefore };
    const opening = once(this.#openings, `${zone} ${notBefore}`, () => planOpening(this.#schedule, zone, wanted));
    return opening ?? planNever(callDeadline);
  }
}

function once<Value>(known: Map<string, Value>, key: string, workOut: () => Value): Value {
  const before = known.get(key);
  // A value may be null, and is never undefined.
  if (before !== undefined) return before;
  const value = workOut();
  known.set(key, value);
  return value;
}
