import { describe, expect, test } from 'vitest';
import { FIRST_STARTS, MOST_STARTS_AT_ONCE, startsAtOnce } from '../../src/domain/starts-at-once.ts';

describe('How many calls are started at once', () => {
  test.each([
    ['as many as start in a second', 20, 2_000, 10],
    ['more where that takes less', 10, 800, 12],
    ['at most twice as many as before', 5, 10, 10],
    ['the same where it took a second', 8, 1_000, 8],
    ['never none', 1, 60_000, 1],
    ['the most where starts take no time', 24, 0, MOST_STARTS_AT_ONCE],
  ])('is %s', (_, before, tookMs, expected) => {
    expect(startsAtOnce(before, tookMs)).toBe(expected);
  });

  test('grows to the most on a machine that is quick, and falls within one step where it turns slow', () => {
    let atOnce = FIRST_STARTS;
    for (let step = 0; step < 3; step += 1) atOnce = startsAtOnce(atOnce, atOnce * 20);
    expect(atOnce).toBe(MOST_STARTS_AT_ONCE);
    expect(startsAtOnce(atOnce, atOnce * 200)).toBe(5);
  });
});
