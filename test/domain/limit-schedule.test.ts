import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WEEKDAYS, type Schedule, type Span } from '../../src/contract/schedule.ts';
import { isOpen } from '../../src/domain/calling-window.ts';
import { hasHours, limitSchedule } from '../../src/domain/limit-schedule.ts';
import { scheduleAround } from './schedules.ts';
import { DAY_MS, zoneAndInstant } from './zones.ts';

/** `20:00-02:00` */
const span = (words: string): Span => {
  const [start = '', end = ''] = words.split('-');
  const time = (text: string) => ({ hour: Number(text.slice(0, 2)), minute: Number(text.slice(3)) });
  return { start: time(start), end: time(end) };
};
const hours = (...spans: string[]) => spans.map(span);

describe('the hours of an agent within legal hours', () => {
  test('are those of each weekday that are in both', () => {
    const agent = {
      monday: hours('06:00-12:30', '13:30-22:00'),
      tuesday: hours('09:00-17:00'),
      friday: hours('21:00-23:00'),
    };
    const legal = { monday: hours('08:00-21:00'), tuesday: hours('08:00-21:00'), friday: hours('08:00-21:00') };
    expect(limitSchedule(agent, legal)).toEqual({
      monday: hours('08:00-12:30', '13:30-21:00'),
      tuesday: hours('09:00-17:00'),
    });
  });

  test('are the legal hours where the agent has none, and its own where there are none', () => {
    const schedule = { monday: hours('08:00-21:00') };
    expect(limitSchedule(null, schedule)).toBe(schedule);
    expect(limitSchedule(schedule, null)).toBe(schedule);
    expect(limitSchedule(null, null)).toBeNull();
  });

  test('keep the zone of the agent, and have the holidays of both', () => {
    const agent: Schedule = {
      timezone: 'America/New_York',
      monday: hours('09:00-17:00'),
      holidays: ['2026-12-25', '2026-11-26'],
    };
    const legal = { monday: hours('08:00-21:00'), holidays: ['2026-12-25', '2026-12-26'] };
    expect(limitSchedule(agent, legal)).toEqual({
      ...agent,
      holidays: ['2026-11-26', '2026-12-25', '2026-12-26'],
    });
  });

  test('go over midnight where both do, and where the parts of one touch there', () => {
    const night = { friday: hours('20:00-03:00') };
    expect(limitSchedule(night, { friday: hours('22:00-02:00') })).toEqual({ friday: hours('22:00-02:00') });
    const parts = { friday: hours('18:00-24:00'), saturday: hours('00:00-02:00') };
    expect(limitSchedule(night, parts)).toEqual({ friday: hours('20:00-24:00'), saturday: hours('00:00-02:00') });
    const withHoliday = { ...night, holidays: ['2026-12-25'] };
    expect(limitSchedule(withHoliday, parts)).toEqual({ ...withHoliday, friday: hours('20:00-02:00') });
  });

  test('are none where the two never meet', () => {
    const limited = limitSchedule({ monday: hours('06:00-08:00') }, { monday: hours('08:00-21:00') });
    expect(limited).toEqual({});
    expect(hasHours(limited)).toBe(false);
    expect(hasHours({ monday: [] })).toBe(false);
    expect(hasHours({ monday: hours('09:00-10:00') })).toBe(true);
    expect(hasHours(null)).toBe(true);
  });

  test('end at midnight before a legal holiday, though the agent goes on', () => {
    const agent = { thursday: hours('20:00-02:00'), friday: hours('20:00-02:00') };
    const everyDay = hours('00:00-24:00');
    const legal = { thursday: everyDay, friday: everyDay, saturday: everyDay, holidays: ['2026-12-25'] };
    const limited = limitSchedule(agent, legal);
    const isOpenAt = (time: string) => isOpen(limited, 'UTC', Date.parse(`${time}:00Z`));
    expect(isOpenAt('2026-12-24T23:59')).toBe(true);
    expect(isOpenAt('2026-12-25T01:00')).toBe(false);
    expect(isOpenAt('2026-12-25T23:59')).toBe(false);
    // To the agent it was an evening like any other.
    expect(isOpenAt('2026-12-26T01:00')).toBe(true);
  });
});

describe('whatever the hours, the zone and the instant', () => {
  const situation = zoneAndInstant.chain(({ zone, at }) =>
    fc.record({
      zone: fc.constant(zone),
      at: fc.constant(at),
      agent: scheduleAround(at),
      legal: scheduleAround(at),
      /** Instants of the days around it, among them of holidays and of changes of the clock. */
      instants: fc.array(fc.integer({ min: at - 2 * DAY_MS, max: at + 9 * DAY_MS }), { minLength: 20, maxLength: 20 }),
    }),
  );
  const withoutHolidays = ({ holidays: _, ...week }: Schedule): Schedule => week;
  const goesOn = ({ start, end }: Span): boolean => end.hour * 60 + end.minute <= start.hour * 60 + start.minute;
  const isOvernight = (schedule: Schedule): boolean =>
    WEEKDAYS.some((weekday) => schedule[weekday]?.some(goesOn) ?? false);
  /** Each of its spans up to midnight. */
  const dayByDay = (schedule: Schedule): Schedule => {
    const cut = (one: Span): Span => (goesOn(one) ? { ...one, end: { hour: 24, minute: 0 } } : one);
    return { ...schedule, ...Object.fromEntries(WEEKDAYS.map((weekday) => [weekday, schedule[weekday]?.map(cut)])) };
  };

  test('it is open exactly where both are, unless one that goes over midnight has holidays', () => {
    fc.assert(
      fc.property(situation, ({ zone, at, agent: given, legal: limits, instants }) => {
        const [agent, legal] = [given, limits].map((one) => (isOvernight(one) ? withoutHolidays(one) : one)) as [
          Schedule,
          Schedule,
        ];
        const limited = limitSchedule(agent, legal);
        for (const instant of [at, ...instants]) {
          const both = isOpen(agent, zone, instant) && isOpen(legal, zone, instant);
          expect(isOpen(limited, zone, instant)).toBe(both);
        }
      }),
      { numRuns: 2_000 },
    );
  }, 120_000);

  test('it is never open where one is closed, and loses nothing of a day that both have of that day', () => {
    fc.assert(
      fc.property(situation, ({ zone, at, agent, legal, instants }) => {
        const limited = limitSchedule(agent, legal);
        for (const instant of [at, ...instants]) {
          const open = (schedule: Schedule | null): boolean => isOpen(schedule, zone, instant);
          if (open(limited)) expect(open(agent) && open(legal)).toBe(true);
          else expect(open(dayByDay(agent)) && open(dayByDay(legal))).toBe(false);
        }
      }),
      { numRuns: 2_000 },
    );
  }, 120_000);
});
