import type { Disposition, RetryPolicy } from '../contract/call.ts';

const MINUTE_MS = 60_000;

/** Soon at first, since it is often gone at once; then ever later, so that a carrier that refuses all day fills no history. */
const WHILE_NOBODY_RINGS = [1, 5, 15, 60].map((minutes) => minutes * MINUTE_MS);

/**
 * How long to wait before ringing again, in milliseconds, where an agent's `retry` does not say; null is final unless it
 * says otherwise.
 */
export const DEFAULT_RETRY_DELAYS_MS: RetryPolicy['delaysMs'] = {
  // The person is there, and soon off the phone.
  busy: 5 * MINUTE_MS,
  // Nobody is there, or nobody is free: give it time.
  'no-answer': 30 * MINUTE_MS,
  unreachable: 15 * MINUTE_MS,
  voicemail: 120 * MINUTE_MS,
  // The fault is on our side of the telephone.
  'carrier-rejected': WHILE_NOBODY_RINGS,
  'agent-unavailable': WHILE_NOBODY_RINGS,
  failed: 5 * MINUTE_MS,
  // Reached, refused, or there is nobody to reach.
  answered: null,
  declined: null,
  'invalid-number': null,
  // It may have rung: to dial again could be to dial twice.
  uncertain: null,
};

/** A carrier that has no capacity, an agent that has not joined: nobody's telephone rang. */
const FREE: readonly Disposition[] = ['carrier-rejected', 'agent-unavailable'];

/**
 * So many dispositions that cost no attempt are let pass, since each is a page of history: further ones cost one. With the
 * delays above that is after four days.
 */
export const MOST_FREE = 100;

/**
 * One attempt: what an agent without `retry` does, since ringing people again must be asked for. What rings nobody is tried
 * again all the same.
 */
export const NO_RETRY: RetryPolicy = { maxAttempts: 1, delaysMs: DEFAULT_RETRY_DELAYS_MS, free: FREE };

/**
 * Milliseconds to wait after the last of `dispositions`, in which the attempts so far ended; null when there is no next one,
 * because it is final or the attempts are used up.
 */
export function retryDelay(policy: RetryPolicy, dispositions: readonly Disposition[]): number | null {
  const last = dispositions.at(-1);
  if (last === undefined || attemptsSpent(policy, dispositions) >= policy.maxAttempts) return null;
  // A policy is frozen into its call: one from before a disposition was invented says nothing about it.
  const delay = policy.delaysMs[last] ?? null;
  if (delay === null || typeof delay === 'number') return delay;
  const times = dispositions.filter((one) => one === last).length;
  return delay[Math.min(times, delay.length) - 1] ?? null;
}

/** Calls that were accepted by an earlier version have no dispositions that are free. */
function attemptsSpent({ free = [] }: RetryPolicy, dispositions: readonly Disposition[]): number {
  const freeOnes = dispositions.filter((one) => free.includes(one)).length;
  return dispositions.length - Math.min(freeOnes, MOST_FREE);
}
