import { WEEKDAYS, type Schedule, type Span, type TimeOfDay, type Weekday } from '../contract/schedule.ts';

/** From when up to when, in minutes from midnight. */
interface Minutes {
  readonly from: number;
  readonly to: number;
}

const MIDNIGHT = 24 * 60;

/**
 * The hours of `schedule` that lie in `limits` too, both read in the same time zone; null where neither limits anything.
 * What is a holiday of either is one.
 *
 * It is never open where one of them is closed, and closed where both are open in one case only: in hours after midnight
 * to which one of the two comes from the evening before, while the other has them of the day itself, and where the first
 * one has holidays. A span that began on a holiday is none, and no schedule can say that an hour depends on the evening
 * before for one holiday and not for another. There, such hours are closed after any holiday; and altogether unless both
 * are open just before midnight.
 */
export function limitSchedule(schedule: Schedule | null, limits: Schedule | null): Schedule | null {
  if (schedule === null || limits === null) return schedule ?? limits;
  const hours = WEEKDAYS.map((weekday) => [weekday, spansOf(weekday, schedule, limits)] as const);
  const holidays = [...new Set([...(schedule.holidays ?? []), ...(limits.holidays ?? [])])].sort();
  return {
    ...(schedule.timezone === undefined ? {} : { timezone: schedule.timezone }),
    ...Object.fromEntries(hours.filter(([, spans]) => spans.length > 0)),
    ...(holidays.length === 0 ? {} : { holidays }),
  };
}

/** Whether a schedule has any hours at all. */
export const hasHours = (schedule: Schedule | null): boolean =>
  schedule === null || WEEKDAYS.some((weekday) => (schedule[weekday]?.length ?? 0) > 0);

/** The spans that begin on a weekday. */
function spansOf(weekday: Weekday, a: Schedule, b: Schedule): Span[] {
  const [before, after] = [neighbor(weekday, -1), neighbor(weekday, 1)];
  const day = merged([
    ...common(today(a, weekday), today(b, weekday)),
    ...(hasHolidays(b) ? [] : common(today(a, weekday), overnight(b, before))),
    ...(hasHolidays(a) ? [] : common(today(b, weekday), overnight(a, before))),
  ]);
  // Where the evening before may have been a holiday, what one of the two has from it can only go on from there.
  const night = merged([
    ...common(overnight(a, weekday), overnight(b, weekday)),
    ...(hasHolidays(b) ? common(today(a, after), overnight(b, weekday)) : []),
    ...(hasHolidays(a) ? common(today(b, after), overnight(a, weekday)) : []),
  ]);
  const untilNextDay = night[0]?.from === 0 ? night[0].to : 0;
  return day.flatMap(({ from, to }) => (to < MIDNIGHT ? [span(from, to)] : evening(from, untilNextDay)));
}

/** From `from` to midnight, and on to `until` of the next day: two spans where one would come round to its own start. */
function evening(from: number, until: number): Span[] {
  if (until === 0) return [span(from, MIDNIGHT)];
  return until <= from ? [span(from, until)] : [span(from, until), span(until, until)];
}

const hasHolidays = ({ holidays = [] }: Schedule): boolean => holidays.length > 0;

/** What a schedule has of a weekday, up to midnight. */
const today = (schedule: Schedule, weekday: Weekday): Minutes[] =>
  (schedule[weekday] ?? []).map(({ start, end }) => {
    const [from, to] = [minuteOf(start), minuteOf(end)];
    return { from, to: to > from ? to : MIDNIGHT };
  });

/** What a schedule has of the day after a weekday, in spans that begin on that. */
const overnight = (schedule: Schedule, weekday: Weekday): Minutes[] =>
  (schedule[weekday] ?? [])
    .filter(({ start, end }) => minuteOf(end) <= minuteOf(start))
    .map(({ end }) => ({ from: 0, to: minuteOf(end) }));

/** The minutes that are in both. */
const common = (some: readonly Minutes[], others: readonly Minutes[]): Minutes[] =>
  some
    .flatMap((one) => others.map(({ from, to }) => ({ from: Math.max(one.from, from), to: Math.min(one.to, to) })))
    .filter(({ from, to }) => from < to);

/** The same minutes, in order, without gaps between what touches and without overlaps. */
function merged(all: readonly Minutes[]): Minutes[] {
  const apart: Minutes[] = [];
  for (const one of [...all].sort((a, b) => a.from - b.from)) {
    const last = apart.at(-1);
    if (last === undefined || one.from > last.to) apart.push(one);
    else apart.splice(-1, 1, { from: last.from, to: Math.max(last.to, one.to) });
  }
  return apart;
}

const neighbor = (weekday: Weekday, days: number): Weekday =>
  WEEKDAYS[(WEEKDAYS.indexOf(weekday) + days + WEEKDAYS.length) % WEEKDAYS.length] ?? weekday;

const minuteOf = ({ hour, minute }: TimeOfDay): number => hour * 60 + minute;

const timeOf = (minutes: number): TimeOfDay => ({ hour: Math.floor(minutes / 60), minute: minutes % 60 });

const span = (from: number, to: number): Span => ({ start: timeOf(from), end: timeOf(to) });
