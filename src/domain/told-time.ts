import type { Instant } from '../contract/call.ts';
import { toInstant } from './instant.ts';

/** What languages have instead of no time lies before this (0001-01-01, 1899-12-30, 1970-01-01), and no call does. */
const FIRST_MS = Date.UTC(2000, 0, 1);

/**
 * A time that a platform tells: one that has not come yet is of a clock that is ahead, and counts as now; null for one that
 * stands for none, and for what is no time.
 */
export function toldTime(words: unknown): Instant | null {
  const time = typeof words === 'string' ? Date.parse(words) : NaN;
  return time >= FIRST_MS ? toInstant(Math.min(time, Date.now())) : null;
}
