import { WEEKDAYS, type Schedule, type TimeOfDay, type Weekday } from '../contract/schedule.ts';
import { DAY_MS, firstInstantAt, wallTimeAt, type WallTime } from './time-zone.ts';

/**
 * The first instant at or after `from` (milliseconds since the epoch, both) that lies inside `schedule` read in `zone`;
 * null when there never is one. No schedule is always open.
 *
 * A span is open from the first instant at which the recipient's clock shows its start, or later, until the first at
 * which it shows its end, or later ({@link firstInstantAt} says what that means where daylight saving skips or repeats
 * it): one that lies in a skipped hour whole never opens. A holiday is closed from midnight to midnight: no span starts
 * on it, and one that began the evening before is cut off.
 *
 * @throws RangeError for an unknown zone.
 */
export function nextOpening(schedule: Schedule | null, zone: string, from: number): number | null {
  if (schedule === null) return from;
  for (const { start, end } of spansFrom(schedule, zone, from)) {
    const opens = Math.max(firstInstantAt(start, zone), from);
    if (opens < firstInstantAt(end, zone)) return opens;
  }
  return null;
}

/**
 * Until when it stays open from `from` on: the first instant that lies outside `schedule` again, at most `latest`; `from`
 * itself where it is closed then. Milliseconds since the epoch, all three.
 *
 * @throws RangeError for an unknown zone.
 */
export function openUntil(schedule: Schedule | null, zone: string, from: number, latest: number): number {
  if (schedule === null) return latest;
  let until = from;
  for (const { start, end } of spansFrom(schedule, zone, from)) {
    if (until >= latest || firstInstantAt(start, zone) > until) break;
    until = Math.max(until, firstInstantAt(end, zone));
  }
  return Math.min(until, latest);
}

/** The spans that may not be over at `from`, holidays cut out, in the order of their starts: as far as must be looked. */
function* spansFrom(schedule: Schedule, zone: string, from: number): Generator<WallSpan> {
  const holidays = new Set(schedule.holidays);
  const isHoliday = (day: WallTime): boolean => holidays.has(dateOf(day));

  // From yesterday, whose last span may still be open.
  const wall = wallTimeAt(from, zone);
  const yesterday = startOfDay(wall) - DAY_MS;
  for (let day = yesterday; day < yesterday + daysToSearch(holidays.size) * DAY_MS; day += DAY_MS) {
    const spans = spansOn(schedule, day);
    if (spans.length === 0 || isHoliday(day)) continue;
    const midnight = day + DAY_MS;
    const latestEnd = isHoliday(midnight) ? midnight : Infinity;
    // One whose end the clock shows, or is past, is over: most are ruled out so, with no time zone to be asked.
    for (const { start, end } of spans) if (end > wall) yield { start, end: Math.min(end, latestEnd) };
  }
}

/** Whether the instant `at`, milliseconds since the epoch, lies inside `schedule` read in `zone`. */
export const isOpen = (schedule: Schedule | null, zone: string, at: number): boolean =>
  nextOpening(schedule, zone, at) === at;

/**
 * An opening in words, for Temporal's Web UI: `09:00 America/New_York` on the local day of `from`, else
 * `Mon 2026-11-30 09:00 America/New_York`. Both instants are milliseconds since the epoch.
 */
export function describeOpening(at: number, zone: string, from: number): string {
  const wall = wallTimeAt(at, zone);
  const time = `${new Date(wall).toISOString().slice(11, 16)} ${zone}`;
  if (dateOf(wall) === dateOf(wallTimeAt(from, zone))) return time;
  const weekday = weekdayOf(wall);
  return `${weekday.charAt(0).toUpperCase()}${weekday.slice(1, 3)} ${dateOf(wall)} ${time}`;
}

/**
 * How many days from yesterday on may have to be looked at. Every weekday with a span comes round in 7 days, and a week
 * opens nothing only where its span is over already (the first week), falls on a holiday, or lies in hours that daylight
 * saving skips, which no zone does two weeks running. So of any 2 × `holidays` + 3 weeks one has an opening, or none ever.
 */
const daysToSearch = (holidays: number): number => 1 + 7 * (2 * holidays + 3);

const timeMs = ({ hour, minute }: TimeOfDay): number => (hour * 60 + minute) * 60_000;

/** From when to when a span goes by the recipient's clock. */
interface WallSpan {
  readonly start: WallTime;
  readonly end: WallTime;
}

/** The spans that begin on `day`, first things first. */
const spansOn = (schedule: Schedule, day: WallTime): WallSpan[] =>
  (schedule[weekdayOf(day)] ?? [])
    .map((span) => {
      const start = day + timeMs(span.start);
      const end = day + timeMs(span.end);
      return { start, end: end > start ? end : end + DAY_MS };
    })
    .sort((a, b) => a.start - b.start);

const startOfDay = (wall: WallTime): WallTime => Math.floor(wall / DAY_MS) * DAY_MS;

const weekdayOf = (wall: WallTime): Weekday => {
  // WEEKDAYS begins with Monday, Date's with Sunday.
  const weekday = WEEKDAYS[(new Date(wall).getUTCDay() + 6) % 7];
  if (weekday === undefined) throw new RangeError(`Expected a wall time, got ${wall}`);
  return weekday;
};

const dateOf = (wall: WallTime): string => new Date(wall).toISOString().slice(0, 10);
