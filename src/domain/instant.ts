import type { Instant } from '../contract/call.ts';

/**
 * The {@link Instant} of `ms`, milliseconds since the epoch.
 *
 * @throws RangeError for what is no date: `NaN`, or out of the range of `Date`.
 */
export const toInstant = (ms: number): Instant => new Date(ms).toISOString();
