import type { Disposition, RetryPolicy } from '../contract/call.ts';

const MINUTE_MS = 60_000;

/**
 * How long to wait before ringing again, in milliseconds, where an agent's `retry` does not say; null is final unless it
 * says otherwise.
 */
export const DEFAULT_RETRY_DELAYS_MS: Readonly<Record<Disposition, number | null>> = {
  // The person is there, and soon off the phone.
  busy: 5 * MINUTE_MS,
  // Nobody is there, or nobody is free: give it time.
  'no-answer': 30 * MINUTE_MS,
  unreachable: 15 * MINUTE_MS,
  voicemail: 120 * MINUTE_MS,
  // Nobody's telephone rang: the fault is on our side of it, and often gone at once.
  'carrier-rejected': 1 * MINUTE_MS,
  'agent-unavailable': 1 * MINUTE_MS,
  failed: 5 * MINUTE_MS,
  // Reached, refused, or there is nobody to reach.
  answered: null,
  declined: null,
  'invalid-number': null,
  // It may have rung: to dial again could be to dial twice.
  uncertain: null,
};

/** One attempt: what an agent without `retry` does, since ringing people again must be asked for. */
export const NO_RETRY: RetryPolicy = { maxAttempts: 1, delaysMs: DEFAULT_RETRY_DELAYS_MS };

/**
 * Milliseconds to wait after `attempt` (from 1) ended with `disposition`; null when there is no next one, because the
 * disposition is final or the attempts are used up.
 */
export function retryDelay(policy: RetryPolicy, disposition: Disposition, attempt: number): number | null {
  if (attempt >= policy.maxAttempts) return null;
  // A policy is frozen into its call: one from before a disposition was invented says nothing about it.
  return policy.delaysMs[disposition] ?? null;
}
