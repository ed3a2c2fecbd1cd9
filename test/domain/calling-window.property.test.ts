import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WEEKDAYS, type Schedule, type TimeOfDay } from '../../src/contract/schedule.ts';
import { isOpen, nextOpening } from '../../src/domain/calling-window.ts';
import { DAY_MS, MINUTE_MS, patientClock, zoneAndInstant } from './zones.ts';

const HORIZON_MINUTES = 16 * 24 * 60;

/** Half of the times near those at which clocks are set. */
const minuteOfDay = fc.oneof(
  fc.integer({ min: 0, max: 1439 }),
  fc.constantFrom(0, 1, 15, 30, 60, 90, 119, 120, 135, 150, 180, 181, 1380, 1410, 1439),
);
const timeOfDay = (minutes: number): TimeOfDay => ({ hour: Math.floor(minutes / 60), minute: minutes % 60 });
const span = fc
  .tuple(minuteOfDay, fc.oneof({ weight: 5, arbitrary: minuteOfDay }, { weight: 1, arbitrary: fc.constant(1440) }))
  .map(([start, end]) => ({ start: timeOfDay(start), end: timeOfDay(end) }));
const spans = fc.option(fc.array(span, { maxLength: 2 }), { nil: undefined, freq: 2 });

/** A zone, an instant, and a schedule with holidays around it. */
const situation = fc
  .tuple(
    zoneAndInstant,
    fc.record(Object.fromEntries(WEEKDAYS.map((weekday) => [weekday, spans]))),
    fc.array(fc.integer({ min: -2, max: 9 }), { maxLength: 6 }),
  )
  .map(([{ zone, at }, week, days]) => {
    const holidays = days.map((day) => new Date(at + day * DAY_MS).toISOString().slice(0, 10));
    const schedule: Schedule = { ...week, holidays };
    return { zone, at, schedule };
  });

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
    fc.property(situation, ({ zone, at, schedule }) => {
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
    fc.property(situation, ({ zone, at, schedule }) => {
      const [shown = NaN] = patientClock(zone, at, 1);
      expect(isOpen(schedule, zone, at)).toBe(paperSchedule(schedule)(shown));
    }),
    { numRuns: 3_000 },
  );
}, 120_000);

test('the next opening of the next opening is itself, and it is open then and never in between', () => {
  fc.assert(
    fc.property(situation, fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), (it, fractions) => {
      const { zone, at, schedule } = it;
      const answer = nextOpening(schedule, zone, at);
      if (answer === null) return;
      expect(answer).toBeGreaterThanOrEqual(at);
      expect(nextOpening(schedule, zone, answer)).toBe(answer);
      for (const fraction of fractions) {
        const between = Math.floor(at + fraction * (answer - at));
        if (between < answer) expect(isOpen(schedule, zone, between)).toBe(false);
      }
    }),
  );
});
