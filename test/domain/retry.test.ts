import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DISPOSITIONS, type Disposition, type RetryPolicy } from '../../src/contract/call.ts';
import { DEFAULT_RETRY_DELAYS_MS, MOST_FREE, NO_RETRY, retryDelay } from '../../src/domain/retry.ts';

const MINUTE_MS = 60_000;
const threeTimes: RetryPolicy = { ...NO_RETRY, maxAttempts: 3 };
const minutes = (policy: RetryPolicy, dispositions: readonly Disposition[]): number | null => {
  const delay = retryDelay(policy, dispositions);
  return delay === null ? null : delay / MINUTE_MS;
};
const times = (count: number, disposition: Disposition): Disposition[] => Array<Disposition>(count).fill(disposition);

describe('by default', () => {
  test.each([
    ['busy', 5],
    ['no-answer', 30],
    ['unreachable', 15],
    ['voicemail', 120],
    ['carrier-rejected', 1],
    ['agent-unavailable', 1],
    ['failed', 5],
  ] as const)('%s is tried again after %i minutes', (disposition, wait) => {
    expect(minutes(threeTimes, [disposition])).toBe(wait);
  });

  test.each(['answered', 'declined', 'invalid-number', 'uncertain'] as const)('%s is final', (disposition) => {
    expect(retryDelay(threeTimes, [disposition])).toBeNull();
  });

  test.each(['carrier-rejected', 'agent-unavailable'] as const)(
    '%s, which may last all day, is tried again after ever longer',
    (disposition) => {
      const waits = [1, 2, 3, 4, 5, 50].map((count) => minutes(threeTimes, times(count, disposition)));
      expect(waits).toEqual([1, 5, 15, 60, 60, 60]);
    },
  );
});

describe('a call without a retry policy', () => {
  const rung = DISPOSITIONS.filter((one) => one !== 'carrier-rejected' && one !== 'agent-unavailable');

  test.each(rung)('is attempted once when it ends as %s', (disposition) => {
    expect(retryDelay(NO_RETRY, [disposition])).toBeNull();
    expect(retryDelay(NO_RETRY, ['carrier-rejected', 'agent-unavailable', disposition])).toBeNull();
  });

  test.each(['carrier-rejected', 'agent-unavailable'] as const)(
    'is tried again after %s, since nobody’s telephone rang',
    (disposition) => expect(minutes(NO_RETRY, [disposition])).toBe(1),
  );
});

describe('attempts', () => {
  test('are used up by what rings, and no attempt follows the last one', () => {
    expect([1, 2, 3, 4].map((count) => minutes(threeTimes, times(count, 'busy')))).toEqual([5, 5, null, null]);
  });

  test('are not used up by what rings nobody, in whatever order the two come', () => {
    const anyOrder = fc
      .tuple(fc.nat({ max: 2 }), fc.nat({ max: MOST_FREE }))
      .chain(([rung, free]) =>
        fc.shuffledSubarray([...times(rung, 'busy'), ...times(free, 'carrier-rejected')], { minLength: rung + free }),
      );
    fc.assert(
      fc.property(anyOrder, (before) => {
        const isLast = before.filter((one) => one === 'busy').length === 2;
        expect(minutes(threeTimes, [...before, 'busy'])).toBe(isLast ? null : 5);
      }),
    );
  });

  test('are used up by what rings nobody once that has come a hundred times', () => {
    expect(minutes(threeTimes, times(MOST_FREE + 2, 'carrier-rejected'))).toBe(60);
    expect(minutes(threeTimes, times(MOST_FREE + 3, 'carrier-rejected'))).toBeNull();
    expect(minutes(NO_RETRY, times(MOST_FREE, 'agent-unavailable'))).toBe(60);
    expect(minutes(NO_RETRY, times(MOST_FREE + 1, 'agent-unavailable'))).toBeNull();
  });
});

describe('a policy', () => {
  test('may ask for what is final by default, at once even, and rule out what is not', () => {
    const delaysMs = { ...DEFAULT_RETRY_DELAYS_MS, uncertain: MINUTE_MS, declined: 0, busy: null };
    const twice: RetryPolicy = { ...NO_RETRY, maxAttempts: 2, delaysMs };
    expect(retryDelay(twice, ['uncertain'])).toBe(MINUTE_MS);
    expect(retryDelay(twice, ['declined'])).toBe(0);
    expect(retryDelay(twice, ['busy'])).toBeNull();
  });

  test('may rule out what costs no attempt', () => {
    const delaysMs = { ...DEFAULT_RETRY_DELAYS_MS, 'carrier-rejected': null };
    expect(retryDelay({ ...NO_RETRY, delaysMs }, ['carrier-rejected'])).toBeNull();
  });

  test('may have a delay grow each time that its disposition comes, to the last one of its list', () => {
    const delaysMs = { ...DEFAULT_RETRY_DELAYS_MS, busy: [5, 30, 120].map((wait) => wait * MINUTE_MS) };
    const tenTimes: RetryPolicy = { ...NO_RETRY, maxAttempts: 10, delaysMs };
    expect([1, 2, 3, 4].map((count) => minutes(tenTimes, times(count, 'busy')))).toEqual([5, 30, 120, 120]);
    // Other dispositions come between, and change nothing.
    expect(minutes(tenTimes, ['busy', 'no-answer', 'carrier-rejected', 'busy'])).toBe(30);
    expect(minutes(tenTimes, ['no-answer', 'no-answer', 'busy'])).toBe(5);
  });
});

describe('a policy that an earlier version froze into its call', () => {
  const older: RetryPolicy = {
    maxAttempts: 3,
    delaysMs: { ...DEFAULT_RETRY_DELAYS_MS, 'carrier-rejected': MINUTE_MS, 'agent-unavailable': MINUTE_MS },
  };

  test('counts every attempt, as it did', () => {
    const waits = [1, 2, 3].map((count) => minutes(older, times(count, 'carrier-rejected')));
    expect(waits).toEqual([1, 1, null]);
    expect(retryDelay({ ...older, maxAttempts: 1 }, ['agent-unavailable'])).toBeNull();
  });

  test('and does not know a disposition has it final', () => {
    const unaware = { maxAttempts: 3, delaysMs: { busy: MINUTE_MS } } as unknown as RetryPolicy;
    expect(retryDelay(unaware, ['unreachable'])).toBeNull();
  });
});
