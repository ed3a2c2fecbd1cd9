import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WEEKDAYS, type Schedule, type TimeOfDay } from '../../src/contract/schedule.ts';
import { isOpen, nextOpening } from '../../src/domain/calling-window.ts';
import { anySituation } from './schedules.ts';
import { DAY_MS, MINUTE_MS, patientClock } from './zones.ts';

const HORIZON_MINUTES = 16 * 24 * 60;

/**
 * Whether the schedule is open when {@link patientClock} shows `shown`: asked of the clock's face, minute by minute, as a
 * person would with the schedule on paper. No time is ever turned into an instant.
 */
function paperSchedule(schedule: Schedule): (shown: number) => boolean {
  const minutes = ({ hour, minute }: TimeOfDay) => hour * 60 + minute;
  const weekday = (day: number) => WEEKDAYS[(((day + 3) % 7) + 7) % 7] ?? 'monday';
  const isHoliday = (day: number) => schedule.holidays?.includes(new Date(day * DAY_MS).toISOString().slice(0, 10));
  const isOpenAt = (day: number, minute: number): boolean => {
    if (isHoliday(day)) return false;
    const today = (schedule[weekday(day)] ?? []).some(({ start, end }) => {
      const overnight = minutes(end) <= minutes(start);
      return minute >= minutes(start) && (overnight || minute < minutes(end));
    });
    const sinceYesterday = (schedule[weekday(day - 1)] ?? []).some(
      ({ start, end }) => minutes(end) <= minutes(start) && minute < minutes(end),
    );
    return today || (sinceYesterday && !isHoliday(day - 1));
  };
  return (shown) => isOpenAt(Math.floor(shown / DAY_MS), Math.floor((shown % DAY_MS) / MINUTE_MS));
}

test('the next opening is the first open instant, in any zone, year, schedule and holidays', () => {
  fc.assert(
    fc.property(anySituation, ({ zone, at, schedule }) => {
      const answer = nextOpening(schedule, zone, at);
      const open = paperSchedule(schedule);
      const minute = patientClock(zone, at, HORIZON_MINUTES).findIndex(open);

      // Hours begin and end on the minute, so the first open minute is the answer, or the rest of it that is left.
      if (minute >= 0) expect(answer).toBe(Math.max(at, (Math.floor(at / MINUTE_MS) + minute) * MINUTE_MS));
      else expect(answer ?? Infinity).toBeGreaterThan(at + (HORIZON_MINUTES - 1) * MINUTE_MS);
    }),
    { numRuns: 1_500 },
  );
}, 120_000);

test('it is open where the paper schedule says so, at any instant of any zone', () => {
  fc.assert(
    fc.property(anySituation, ({ zone, at, schedule }) => {
      const [shown = NaN] = patientClock(zone, at, 1);
      expect(isOpen(schedule, zone, at)).toBe(paperSchedule(schedule)(shown));
    }),
    { numRuns: 3_000 },
  );
}, 120_000);

test('the next opening of the next opening is itself, and it is open then and never in between', () => {
  fc.assert(
    fc.property(
      anySituation,
      fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      (it, fractions) => {
        const { zone, at, schedule } = it;
        const answer = nextOpening(schedule, zone, at);
        if (answer === null) return;
        expect(answer).toBeGreaterThanOrEqual(at);
        expect(nextOpening(schedule, zone, answer)).toBe(answer);
        for (const fraction of fractions) {
          const between = Math.floor(at + fraction * (answer - at));
          if (between < answer) expect(isOpen(schedule, zone, between)).toBe(false);
        }
      },
    ),
  );
});
