import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Schedule } from '../../src/contract/schedule.ts';
import { isOpen, openUntil } from '../../src/domain/calling-window.ts';
import { planRetry } from '../../src/domain/plan-retry.ts';
import { planCall } from '../../src/domain/plan.ts';
import { anySituation } from './schedules.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './zones.ts';

/** A Monday in November, when New York is five hours behind UTC. */
const at = (time: string): number => Date.parse(`2026-11-23T${time}:00Z`);
const NEW_YORK = 'America/New_York';
const hours: Schedule = {
  monday: [{ start: { hour: 9, minute: 0 }, end: { hour: 17, minute: 0 } }],
};
const callDeadline = '2026-12-25T00:00:00.000Z';
const ALMOST_ONE = 1 - Number.EPSILON;

/** The plan after a delay that began at `endedAt`, in UTC. */
const after = (endedAt: string, delayMs: number, random: number, more: { callDeadline?: string } = {}) => {
  const now = at(endedAt);
  const request = { now, notBefore: now + delayMs, delayMs, because: 'retry-delay', callDeadline, ...more } as const;
  return planRetry(hours, NEW_YORK, request, random);
};

describe('another attempt', () => {
  test('comes after its delay, and up to a tenth of it later', () => {
    expect(after('15:00', 30 * MINUTE_MS, 0).at).toBe('2026-11-23T15:30:00.000Z');
    expect(after('15:00', 30 * MINUTE_MS, 0.5).at).toBe('2026-11-23T15:31:30.000Z');
    expect(after('15:00', 30 * MINUTE_MS, ALMOST_ONE).at).toBe('2026-11-23T15:32:59.999Z');
  });

  test('says that it waits for the delay', () => {
    expect(after('15:00', 30 * MINUTE_MS, 0.5)).toMatchObject({
      waitingFor: 'retry-delay',
      summary: 'waits until 10:31 America/New_York',
    });
  });

  test('comes at most five minutes later, however long the delay is', () => {
    expect(after('15:00', 2 * HOUR_MS, ALMOST_ONE).at).toBe('2026-11-23T17:04:59.999Z');
  });

  test('does not leave the window in whose last minute its delay ends', () => {
    expect(after('21:29', 30 * MINUTE_MS, 0.5).at).toBe('2026-11-23T21:59:30.000Z');
    expect(after('21:29', 30 * MINUTE_MS, ALMOST_ONE).at).toBe('2026-11-23T21:59:59.999Z');
  });

  test('keeps a deadline that its delay alone would keep, and does not move where that has passed', () => {
    const soon = { callDeadline: '2026-11-23T15:31:00.000Z' };
    expect(after('15:00', 30 * MINUTE_MS, ALMOST_ONE, soon).at).toBe('2026-11-23T15:30:59.999Z');
    const past = { callDeadline: '2026-11-23T15:20:00.000Z' };
    expect(after('15:00', 30 * MINUTE_MS, ALMOST_ONE, past).at).toBe('2026-11-23T15:30:00.000Z');
  });

  test('waits for the next window where its delay ends after this one, and goes out when it opens', () => {
    expect(after('21:45', 30 * MINUTE_MS, ALMOST_ONE)).toMatchObject({
      at: '2026-11-30T14:00:00.000Z',
      waitingFor: 'calling-window',
    });
  });
});

describe('whatever the schedule, the zone and the delay', () => {
  /** Half of the delays end in the last minutes of a window, where it is open now. */
  const situation = anySituation.chain(({ zone, at: now, schedule }) => {
    const closes = openUntil(schedule, zone, now, now + DAY_MS);
    const lastMinutes = fc.integer({ min: closes - 4 * MINUTE_MS, max: closes - 1 });
    const anyTime = fc.integer({ min: now + 1, max: now + 3 * DAY_MS });
    return fc.record({
      where: fc.constant({ zone, now, schedule }),
      notBefore: closes - now > 4 * MINUTE_MS ? fc.oneof(lastMinutes, anyTime) : anyTime,
      ahead: fc.integer({ min: -HOUR_MS, max: 4 * DAY_MS }),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
  });

  test('another attempt is in the window of its delay alone, no earlier, and in time where that is', () => {
    fc.assert(
      fc.property(situation, ({ where: { zone, now, schedule }, notBefore, ahead, random }) => {
        const [delayMs, deadline] = [notBefore - now, notBefore + ahead];
        const callDeadline = new Date(deadline).toISOString();
        const request = { now, notBefore, delayMs, because: 'retry-delay', callDeadline } as const;
        const alone = planCall(schedule, zone, request);
        const plan = planRetry(schedule, zone, request, random);
        const [planned, aloneAt] = [Date.parse(plan.at), Date.parse(alone.at)];

        expect(plan.waitingFor).toBe(alone.waitingFor);
        expect(planned).toBeGreaterThanOrEqual(aloneAt);
        expect(planned - aloneAt).toBeLessThanOrEqual(Math.min(delayMs / 10, 5 * MINUTE_MS));
        if (aloneAt < deadline) expect(planned).toBeLessThan(deadline);
        if (alone.waitingFor === 'retry-delay') expect(isOpen(schedule, zone, planned)).toBe(true);
        if (alone.waitingFor !== 'retry-delay') expect(plan).toEqual(alone);
      }),
      { numRuns: 2_000 },
    );
  }, 120_000);

  test('another attempt is planned alike by clocks that went back, and never before its delay is over', () => {
    fc.assert(
      fc.property(situation, fc.nat({ max: DAY_MS }), ({ where: { zone, now, schedule }, notBefore, random }, back) => {
        const deadline = new Date(notBefore + 400 * DAY_MS).toISOString();
        const request = {
          notBefore,
          delayMs: notBefore - now,
          because: 'retry-delay',
          callDeadline: deadline,
        } as const;
        const plan = planRetry(schedule, zone, { ...request, now }, random);
        const { at: again, waitingFor } = planRetry(schedule, zone, { ...request, now: now - back }, random);
        expect({ at: again, waitingFor }).toEqual({ at: plan.at, waitingFor: plan.waitingFor });
        expect(Date.parse(again)).toBeGreaterThanOrEqual(notBefore);
      }),
      { numRuns: 1_000 },
    );
  }, 120_000);

  test('a window is open until the instant that is told, minute by minute, and closed then', () => {
    const lengths = fc.integer({ min: 1, max: 8 * HOUR_MS });
    fc.assert(
      fc.property(anySituation, lengths, ({ zone, at: from, schedule }, lengthMs) => {
        const latest = from + lengthMs;
        const until = openUntil(schedule, zone, from, latest);
        expect(until).toBeGreaterThanOrEqual(from);
        expect(until).toBeLessThanOrEqual(latest);
        for (let minute = from; minute < until; minute += MINUTE_MS) expect(isOpen(schedule, zone, minute)).toBe(true);
        if (until < latest) expect(isOpen(schedule, zone, until)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  }, 120_000);
});
