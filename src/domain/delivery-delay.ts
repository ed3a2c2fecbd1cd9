const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long to wait after each try of a delivery, in milliseconds; the last for every further one. */
const DELAYS_MS = [
  10 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
] as const;

/** When a delivery is given up, in milliseconds after its first try: a receiver may be down over a long weekend. */
const GIVE_UP_MS = 72 * HOUR_MS;

/** Deliveries that failed together, since their receiver was down, do not all come back in the same second. */
const JITTER = 0.1;

/** A delivery that has failed so far. Times are in milliseconds, instants since the epoch. */
export interface FailedDelivery {
  /** When it was tried first. */
  readonly first: number;
  readonly now: number;
  /** Tries so far, at least 1. */
  readonly tries: number;
  /** How long the receiver wants to be left alone; null where it does not say. */
  readonly retryAfterMs: number | null;
  /** From 0 to 1. */
  readonly random: number;
}

/** When to try again, milliseconds since the epoch; null once it is to be given up. */
export function nextTry({ first, now, tries, retryAfterMs, random }: FailedDelivery): number | null {
  const end = first + GIVE_UP_MS;
  const notBefore = now + (retryAfterMs ?? 0);
  if (now >= end || notBefore > end) return null;
  const delay = DELAYS_MS[Math.min(tries, DELAYS_MS.length) - 1] ?? DELAYS_MS[0];
  // The last one comes at the very end.
  return Math.min(Math.max(now + delay * (1 + JITTER * random), notBefore), end);
}
