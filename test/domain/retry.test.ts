import { describe, expect, test } from 'vitest';
import { DISPOSITIONS, type RetryPolicy } from '../../src/contract/call.ts';
import { DEFAULT_RETRY_DELAYS_MS, NO_RETRY, retryDelay } from '../../src/domain/retry.ts';

const MINUTE_MS = 60_000;
const threeTimes: RetryPolicy = { maxAttempts: 3, delaysMs: DEFAULT_RETRY_DELAYS_MS };

describe('by default', () => {
  test.each([
    ['busy', 5],
    ['no-answer', 30],
    ['unreachable', 15],
    ['voicemail', 120],
    ['carrier-rejected', 1],
    ['agent-unavailable', 1],
    ['failed', 5],
  ] as const)('%s is tried again after %i minutes', (disposition, minutes) => {
    expect(retryDelay(threeTimes, disposition, 1)).toBe(minutes * MINUTE_MS);
  });

  test.each(['answered', 'declined', 'invalid-number', 'uncertain'] as const)('%s is final', (disposition) => {
    expect(retryDelay(threeTimes, disposition, 1)).toBeNull();
  });

  test('a call without a retry policy is attempted once, however it ended', () => {
    for (const disposition of DISPOSITIONS) expect(retryDelay(NO_RETRY, disposition, 1)).toBeNull();
  });
});

test('no attempt follows the last one', () => {
  expect([1, 2, 3, 4].map((attempt) => retryDelay(threeTimes, 'busy', attempt))).toEqual([
    5 * MINUTE_MS,
    5 * MINUTE_MS,
    null,
    null,
  ]);
});

test('a policy may ask for what is final by default, at once even, and rule out what is not', () => {
  const delaysMs = { ...DEFAULT_RETRY_DELAYS_MS, uncertain: MINUTE_MS, declined: 0, busy: null };
  expect(retryDelay({ maxAttempts: 2, delaysMs }, 'uncertain', 1)).toBe(MINUTE_MS);
  expect(retryDelay({ maxAttempts: 2, delaysMs }, 'declined', 1)).toBe(0);
  expect(retryDelay({ maxAttempts: 2, delaysMs }, 'busy', 1)).toBeNull();
});

test('a disposition that a policy from an older version does not know is final', () => {
  const older = { maxAttempts: 3, delaysMs: { busy: MINUTE_MS } } as unknown as RetryPolicy;
  expect(retryDelay(older, 'unreachable', 1)).toBeNull();
});
