import fc from 'fast-check';

/** Zones of every kind of trouble: whole days skipped, half-hour and midnight daylight saving, hours back and forth. */
export const ZONES = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kathmandu',
  'Australia/Lord_Howe', // half an hour of daylight saving
  'America/Havana', // at midnight, both ways
  'Asia/Beirut', // at midnight, and back to the day before
  'America/Sao_Paulo',
  'America/St_Johns', // until 2011 one minute past midnight
  'America/Scoresbysund',
  'America/Caracas', // half an hour for good
  'Asia/Pyongyang',
  'Africa/Casablanca', // twice a year around Ramadan
  'Antarctica/Troll', // two hours
  'Antarctica/Vostok', // seven hours
  'Pacific/Apia', // skipped 2011-12-30
  'Pacific/Kwajalein', // skipped 1993-08-21
  'Pacific/Kiritimati', // skipped 1994-12-31
] as const;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const FIRST = Date.UTC(1990, 0, 1);
const LAST = Date.UTC(2037, 11, 31);

const formats = new Map<string, Intl.DateTimeFormat>();

/** What a clock in `zone` shows, asked of Intl alone: as the milliseconds at which a clock in UTC shows it, to the second. */
export function readClock(at: number, zone: string): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = (format.format(at).match(/\d+/g) ?? []).map(
    Number,
  );
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const offsetAt = (at: number, zone: string): number => readClock(at, zone) - Math.floor(at / 1000) * 1000;

const known = new Map<string, number[]>();

/** The instants at which `zone` changed its offset, 1990 to 2037: found by halving, after looking every ten days. */
export function transitions(zone: string): number[] {
  let found = known.get(zone);
  if (found === undefined) {
    found = [];
    for (let at = FIRST; at < LAST; at += 10 * DAY_MS) {
      let [before, after] = [at, at + 10 * DAY_MS];
      if (offsetAt(before, zone) === offsetAt(after, zone)) continue;
      while (after - before > 1000) {
        const middle = Math.floor((before + after) / 2000) * 1000;
        if (offsetAt(middle, zone) === offsetAt(at, zone)) before = middle;
        else after = middle;
      }
      found.push(after);
    }
    known.set(zone, found);
  }
  return found;
}

/** A zone and an instant, half of them within two days of a change of its offset. */
export const zoneAndInstant: fc.Arbitrary<{ zone: string; at: number }> = fc.constantFrom(...ZONES).chain((zone) => {
  const anywhere = fc.integer({ min: FIRST, max: LAST });
  const changes = transitions(zone);
  const near = fc
    .tuple(
      fc.constantFrom(...(changes.length > 0 ? changes : [FIRST])),
      fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }),
    )
    .map(([change, distance]) => change + distance);
  return fc.oneof(anywhere, near).map((at) => ({ zone, at }));
});

/**
 * A clock in the zone that is never set back: it waits instead, until the others are past it. At each minute of UTC from
 * `start` on, what it shows. On it "the first instant that shows 9:00 or later" is where 9:00 has come, and stays so.
 */
export function patientClock(zone: string, start: number, minutes: number): number[] {
  const first = Math.floor(start / MINUTE_MS) * MINUTE_MS;
  // Two days ahead, lest it was set back just before.
  const lead = 2 * 24 * 60;
  const shown: number[] = [];
  let latest = -Infinity;
  for (let i = -lead; i < minutes; i += 60) {
    const at = first + i * MINUTE_MS;
    const offset = offsetAt(at, zone);
    const steady = offset === offsetAt(at + HOUR_MS, zone);
    for (let j = 0; j < 60 && i + j < minutes; j++) {
      const minute = at + j * MINUTE_MS;
      latest = Math.max(latest, minute + (steady ? offset : offsetAt(minute, zone)));
      if (i + j >= 0) shown.push(latest);
    }
  }
  return shown;
}
