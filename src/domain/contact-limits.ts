import type { ContactRules } from '../contract/contact.ts';

const DAY_MS = 24 * 60 * 60_000;

/** How long an attempt counts at the most, in milliseconds: the longest that a rule looks back. */
export const WEEK_MS = 7 * DAY_MS;

/**
 * When a number may be called again: the first instant, from `now` on, at which no limit is used up. Any 24 hours and any 7
 * days count, not those of a calendar, which would let twice as many attempts pass around a midnight. An attempt no longer
 * counts from the instant on that lies exactly as long after it.
 *
 * @param attempts when it was called, in any order; all times are milliseconds since the epoch
 */
export const allowedFrom = (attempts: readonly number[], rules: ContactRules, now: number): number =>
  Math.max(
    now,
    freeFrom(attempts, rules.maxAttemptsPerDay, DAY_MS),
    freeFrom(attempts, rules.maxAttemptsPerWeek, WEEK_MS),
  );

/** When, of the attempts, fewer than `most` lie in the last `lengthMs`. */
function freeFrom(attempts: readonly number[], most: number | null, lengthMs: number): number {
  if (most === null) return -Infinity;
  // Once this one is out, one fewer than is allowed is left.
  const last = [...attempts].sort((a, b) => b - a)[most - 1];
  return last === undefined ? -Infinity : last + lengthMs;
}
