/** The value that a share of the others lies below or at: 0.5 for the median, 0.95 for what only one in twenty exceeds. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Half of the values lie below it: a run that the machine disturbed does not move it. */
export const median = (values: readonly number[]): number => percentile(values, 0.5);
