/** The most calls that a page starts at once. */
export const MOST_STARTS_AT_ONCE = 25;

/** How many calls a page starts first: before it knows how long starts take here. */
export const FIRST_STARTS = 5;

/**
 * How long those that are started at once should take together, in milliseconds. Until they have started, the page answers
 * nobody: whoever asks for a call that has not started waits for all of them, and the API has 3.5 s.
 */
const STARTS_MS = 1_000;

/**
 * How many calls a page starts at once, going by how long those before took: starts take a small or busy machine many times
 * what they take a large one.
 *
 * @param before how many were started at once before
 * @param tookMs how long they took, in milliseconds
 * @returns 1 to {@link MOST_STARTS_AT_ONCE}, at most twice as many as before
 */
export function startsAtOnce(before: number, tookMs: number): number {
  const inTime = Math.floor((before * STARTS_MS) / Math.max(tookMs, 1));
  return Math.max(1, Math.min(inTime, before * 2, MOST_STARTS_AT_ONCE));
}
