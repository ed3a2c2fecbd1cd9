import { z } from 'zod';
import { type Schedule, type Span, type TimeOfDay, WEEKDAYS } from '../contract/schedule.ts';
import { mapping, timezone } from './fields.ts';

const DAY_MINUTES = 24 * 60;

function timeOfDay(latest: number, expected: string) {
  return z.string({ error: expected }).transform((words, context): TimeOfDay => {
    const time = parseTime(words);
    if (time !== null && minuteOf(time) <= latest) return time;
    context.addIssue(expected);
    return z.NEVER;
  });
}

function parseTime(words: string): TimeOfDay | null {
  const match = /^(\d\d):([0-5]\d)$/.exec(words);
  return match === null ? null : { hour: Number(match[1]), minute: Number(match[2]) };
}

const minuteOf = ({ hour, minute }: TimeOfDay): number => hour * 60 + minute;

/** Where a span ends, in minutes from the midnight before its start: past 24 hours when it lies on the next day. */
const endMinute = ({ start, end }: Span): number =>
  minuteOf(end) > minuteOf(start) ? minuteOf(end) : minuteOf(end) + DAY_MINUTES;

const span = mapping({
  start: timeOfDay(DAY_MINUTES - 1, 'expected a time such as 09:00'),
  end: timeOfDay(DAY_MINUTES, 'expected a time such as 17:30, at most 24:00'),
}).refine(
  ({ start, end }) => minuteOf(start) !== minuteOf(end),
  'expected `end` to differ from `start`; 00:00 to 24:00 is the whole day',
);

const spans = z.array(span).superRefine((day, context) => {
  const inOrder = day.map((one, index) => ({ ...one, index })).sort((a, b) => minuteOf(a.start) - minuteOf(b.start));
  let latest = inOrder[0];
  for (const one of inOrder.slice(1)) {
    if (latest !== undefined && minuteOf(one.start) < endMinute(latest)) {
      const message = `expected hours that do not overlap those of [${latest.index}]`;
      context.addIssue({ code: 'custom', path: [one.index], message });
    }
    if (latest === undefined || endMinute(one) > endMinute(latest)) latest = one;
  }
});

const day = spans.optional();

const hours = {
  monday: day,
  tuesday: day,
  wednesday: day,
  thursday: day,
  friday: day,
  saturday: day,
  sunday: day,
  holidays: z.array(z.iso.date('expected a date such as 2026-12-25')).optional(),
};

/** Hours that name no weekday would never open, which nobody means who only gives holidays. */
const namesADay = (given: Schedule): boolean => WEEKDAYS.some((weekday) => given[weekday] !== undefined);
const NAME_A_DAY = 'expected the hours of at least one weekday: one that is left out is closed';

/** Calling hours. */
export const schedule = mapping({ timezone: timezone.optional(), ...hours }).refine(
  namesADay,
  NAME_A_DAY,
) satisfies z.ZodType<Schedule>;

/** An organization's legal hours: always read in the recipient's time zone, so they name none. */
export const legalHours = mapping(hours).refine(namesADay, NAME_A_DAY) satisfies z.ZodType<Schedule>;
