import fc from 'fast-check';
import { WEEKDAYS, type Schedule, type TimeOfDay } from '../../src/contract/schedule.ts';
import { DAY_MS, zoneAndInstant } from './zones.ts';

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
const week = fc.record(Object.fromEntries(WEEKDAYS.map((weekday) => [weekday, spans])));
const daysAway = fc.array(fc.integer({ min: -2, max: 9 }), { maxLength: 6 });

/** A schedule with holidays around an instant, milliseconds since the epoch. */
export const scheduleAround = (at: number): fc.Arbitrary<Schedule> =>
  fc.tuple(week, daysAway).map(([hours, days]) => {
    const holidays = days.map((day) => new Date(at + day * DAY_MS).toISOString().slice(0, 10));
    return { ...hours, holidays };
  });

/** A zone, an instant, and a schedule with holidays around it. */
export const anySituation: fc.Arbitrary<{ zone: string; at: number; schedule: Schedule }> = zoneAndInstant.chain(
  ({ zone, at }) => scheduleAround(at).map((schedule) => ({ zone, at, schedule })),
);
