/** The priority of a call that names none. */
export const DEFAULT_PRIORITY = 1;

/** `from`, `from + step`, … up to `to`. */
const steps = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);

/**
 * Which priorities tie: for each number of levels that a Temporal server may have, the lowest priority of every level but
 * the lowest one, which takes what is below them all.
 *
 * - 50, Outdial's own server: up to −100; −99 to −10; −9 to −1; 0; each of 1 to 25; 26–30, 31–35, … 96–100; 101–199;
 *   200–499; 500–999; 1,000–9,999; 10,000–999,999; from 1,000,000.
 * - 5, Temporal's default and what a managed one has: below 1; 1; 2–9; 10–99; from 100.
 */
export const PRIORITY_TABLES: ReadonlyMap<number, readonly number[]> = new Map([
  [5, [1, 2, 10, 100]],
  [50, [-99, -9, 0, ...steps(1, 25, 1), ...steps(26, 96, 5), 101, 200, 500, 1_000, 10_000, 1_000_000]],
]);

/**
 * Temporal's priority key of a call's `priority` (any int32, higher is more urgent) on a server with so many `levels`:
 * from 1, the most urgent, to `levels`. It keeps the order: a higher priority never gets a less urgent key, and those
 * that share one, by {@link PRIORITY_TABLES}, are first come, first served.
 *
 * @throws RangeError for a number of levels that has no table.
 */
export function priorityKey(priority: number, levels: number): number {
  const bounds = PRIORITY_TABLES.get(levels);
  if (bounds === undefined) {
    throw new RangeError(
      `Expected \`levels\` to be one of ${[...PRIORITY_TABLES.keys()].join(', ')}, got \`${levels}\``,
    );
  }
  return levels - bounds.filter((bound) => bound <= priority).length;
}
