import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ContactRules } from '../../src/contract/contact.ts';
import { allowedFrom, WEEK_MS } from '../../src/domain/contact-limits.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.parse('2026-11-24T12:00:00.000Z');

const rules = (maxAttemptsPerDay: number | null, maxAttemptsPerWeek: number | null = null): ContactRules => ({
  maxAttemptsPerDay,
  maxAttemptsPerWeek,
});

const ago = (...hours: number[]): number[] => hours.map((hour) => NOW - hour * HOUR_MS);

describe('the limits of a number', () => {
  test('let it be called as often as they say, and again once the oldest attempt is a day old', () => {
    expect(allowedFrom(ago(20), rules(2), NOW)).toBe(NOW);
    expect(allowedFrom(ago(20, 1), rules(2), NOW)).toBe(NOW + 4 * HOUR_MS);
    expect(allowedFrom(ago(24, 1), rules(2), NOW)).toBe(NOW);
  });

  test('count days and weeks, and the later one decides', () => {
    const attempts = ago(100, 50, 20);
    expect(allowedFrom(attempts, rules(1, 3), NOW)).toBe(NOW + 68 * HOUR_MS);
    expect(allowedFrom(attempts, rules(1, 4), NOW)).toBe(NOW + 4 * HOUR_MS);
  });

  test('that are not set hold nobody back', () => {
    expect(allowedFrom(ago(3, 2, 1), rules(null), NOW)).toBe(NOW);
  });

  test('that were lowered wait until enough attempts are out, not only the oldest', () => {
    expect(allowedFrom(ago(20, 10, 5, 1), rules(2), NOW)).toBe(NOW + 19 * HOUR_MS);
  });
});

/** Instants at which somebody asks, close enough for limits to matter; some at the very same one. */
const asking = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 200 }).map((minutes) => {
  const sorted = [...minutes].sort((a, b) => a - b);
  return sorted.map((minute) => NOW + minute * 10 * 60_000);
});
const limit = fc.option(fc.integer({ min: 1, max: 6 }), { nil: null });
const anyRules = fc.record({ maxAttemptsPerDay: limit, maxAttemptsPerWeek: limit });

/** Who is let through, of those who ask in turn. */
const grantedOf = (asked: readonly number[], given: ContactRules): number[] =>
  asked.reduce<number[]>((granted, at) => (allowedFrom(granted, given, at) <= at ? [...granted, at] : granted), []);

const within = (times: readonly number[], from: number, lengthMs: number): number =>
  times.filter((at) => at >= from && at < from + lengthMs).length;

describe('whoever asks, and whenever', () => {
  test('no day and no week, beginning at any instant, sees more attempts than is allowed', () => {
    fc.assert(
      fc.property(asking, anyRules, (asked, given) => {
        const granted = grantedOf(asked, given);
        for (const from of granted) {
          expect(within(granted, from, DAY_MS)).toBeLessThanOrEqual(given.maxAttemptsPerDay ?? Infinity);
          expect(within(granted, from, WEEK_MS)).toBeLessThanOrEqual(given.maxAttemptsPerWeek ?? Infinity);
        }
      }),
    );
  });

  test('whoever is refused is let through at the instant that they were told, and not a moment before', () => {
    fc.assert(
      fc.property(asking, anyRules, fc.integer({ min: 0, max: 20_000 }), (asked, given, minute) => {
        const granted = grantedOf(asked, given);
        const now = Math.max(NOW + minute * 60_000, granted.at(-1) ?? 0);
        const from = allowedFrom(granted, given, now);
        expect(allowedFrom(granted, given, from)).toBe(from);
        if (from > now) expect(allowedFrom(granted, given, from - 1)).toBe(from);
      }),
    );
  });

  test('the order in which attempts are remembered changes nothing', () => {
    fc.assert(
      fc.property(asking, anyRules, (asked, given) => {
        expect(allowedFrom([...asked].reverse(), given, NOW)).toBe(allowedFrom(asked, given, NOW));
      }),
    );
  });
});
