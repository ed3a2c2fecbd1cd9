import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_PRIORITY, PRIORITY_TABLES, priorityKey } from '../../src/domain/priority.ts';

const MIN = -(2 ** 31);
const MAX = 2 ** 31 - 1;

/** Any int32, most of them near the bounds of levels. */
const priority = fc.oneof(
  fc.integer({ min: MIN, max: MAX }),
  fc.integer({ min: -150, max: 250 }),
  fc.constantFrom(MIN, 499, 500, 999, 1_000, 9_999, 10_000, 999_999, 1_000_000, MAX),
);

describe.each([5, 50])('with %i levels', (levels) => {
  test('the key is a level from 1, and a higher priority never gets a less urgent one', () => {
    fc.assert(
      fc.property(priority, priority, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const key = priorityKey(low, levels);
        expect(Number.isInteger(key) && key >= 1 && key <= levels).toBe(true);
        expect(priorityKey(high, levels)).toBeLessThanOrEqual(key);
      }),
      { numRuns: 5_000 },
    );
  });

  test('the highest priority has key 1, the lowest the last key, and none of those between is idle', () => {
    expect(priorityKey(MAX, levels)).toBe(1);
    expect(priorityKey(MIN, levels)).toBe(levels);
    const keys = new Set([MIN, ...(PRIORITY_TABLES.get(levels) ?? [])].map((p) => priorityKey(p, levels)));
    expect(keys.size).toBe(levels);
  });
});

/** Whether the two ends of a tie share a key that neither neighbour has. */
function isTie(from: number, to: number, levels: number): boolean {
  const key = priorityKey(from, levels);
  const before = from > MIN && priorityKey(from - 1, levels) === key;
  const after = to < MAX && priorityKey(to + 1, levels) === key;
  return priorityKey(to, levels) === key && !before && !after;
}

test.each<[number, number]>([
  [MIN, -100],
  [-99, -10],
  [-9, -1],
  [0, 0],
  ...Array.from({ length: 25 }, (_, i): [number, number] => [i + 1, i + 1]),
  ...Array.from({ length: 15 }, (_, i): [number, number] => [26 + 5 * i, 30 + 5 * i]),
  [101, 199],
  [200, 499],
  [500, 999],
  [1_000, 9_999],
  [10_000, 999_999],
  [1_000_000, MAX],
])('of 50 levels, %i to %i is one', (from, to) => expect(isTie(from, to, 50)).toBe(true));

test.each<[number, number]>([
  [MIN, 0],
  [1, 1],
  [2, 9],
  [10, 99],
  [100, MAX],
])('of 5 levels, %i to %i is one', (from, to) => expect(isTie(from, to, 5)).toBe(true));

test('the default priority ties with no other', () => {
  for (const levels of [5, 50]) expect(isTie(DEFAULT_PRIORITY, DEFAULT_PRIORITY, levels)).toBe(true);
});

test('what is no number at all is the least urgent, since a workflow must not be wedged by it', () => {
  expect(priorityKey(NaN, 50)).toBe(50);
});

test.each([0, 1, 6, 49, 60, NaN])('%d levels are refused, and the error says which are supported', (levels) => {
  expect(() => priorityKey(1, levels)).toThrow(
    new RangeError(`Expected \`levels\` to be one of 5, 50, got \`${levels}\``),
  );
});
