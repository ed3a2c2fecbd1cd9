import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextTry } from '../../src/domain/delivery-delay.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** When a receiver that is always down is tried, in milliseconds after the first try. */
function triesOf(random: number): number[] {
  const tries = [0];
  for (;;) {
    const now = tries.at(-1) ?? 0;
    const next = nextTry({ first: 0, now, tries: tries.length, retryAfterMs: null, random });
    if (next === null) return tries;
    tries.push(next);
  }
}

describe('a delivery that fails', () => {
  it('is tried again soon, then at growing distances, for the last time after 72 hours', () => {
    const tries = triesOf(0);
    expect(tries.slice(0, 5)).toEqual([0, 10, 40, 160, 760].map((seconds) => seconds * SECOND));
    expect(tries.at(-1)).toBe(72 * HOUR);
    expect(tries.length).toBeLessThan(30);
  });

  it('is never more than some four hours away from a receiver that is up again', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (random) => {
        const tries = triesOf(random);
        const distances = tries.slice(1).map((time, index) => time - (tries[index] ?? 0));
        expect(Math.max(...distances)).toBeLessThanOrEqual(4.4 * HOUR);
        expect(Math.min(...distances)).toBeGreaterThan(0);
      }),
    );
  });

  it('leaves the receiver alone for as long as that asks for, and is given up where that is too long', () => {
    fc.assert(
      fc.property(
        fc.nat(72 * HOUR),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(100 * HOUR),
        (now, tries, retryAfterMs) => {
          const next = nextTry({ first: 0, now, tries, retryAfterMs, random: 0.5 });
          if (now === 72 * HOUR || now + retryAfterMs > 72 * HOUR) {
            expect(next).toBeNull();
            return;
          }
          expect(next).toBeGreaterThanOrEqual(now + retryAfterMs);
          expect(next).toBeLessThanOrEqual(72 * HOUR);
        },
      ),
    );
  });

  it('is given up where the clock is past its end', () => {
    expect(nextTry({ first: 0, now: 80 * HOUR, tries: 3, retryAfterMs: null, random: 0 })).toBeNull();
  });
});
