import { IANAZone } from 'luxon';

/**
 * What a wall clock shows, date and time, as the milliseconds since the epoch at which a clock in UTC shows the same: so
 * that it is compared and counted on like a number. It is no instant until {@link firstInstantAt} makes it one.
 */
export type WallTime = number;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Clocks are at most this far ahead of UTC (Pacific/Kiritimati) … */
const FARTHEST_EAST_MS = 14 * HOUR_MS;
/** … and this far behind it (Etc/GMT+12; of inhabited places Pacific/Kwajalein until 1993). */
const FARTHEST_WEST_MS = 12 * HOUR_MS;

/**
 * The names of three letters that IANA has. ICU knows two dozen more from the Java of 1997, and not as their users mean
 * them: its `BST` is Bangladesh, its `IST` India. With those a call would ring in the middle of the night.
 */
const THREE_LETTER_NAMES = new Set('CET EET EST GMT HST MET MST PRC ROC ROK UCT UTC WET'.split(' '));

/** The zones that were asked for, by lower-cased name: looking one up anew costs 50 µs. It cannot outgrow ICU's list. */
const zones = new Map<string, IANAZone>();

function findZone(name: string): IANAZone | null {
  // No IANA name has other letters, and some of those lower-case to ASCII ones (the Kelvin sign to k).
  if (!/^[a-z][\w+/-]*$/i.test(name)) return null;
  const key = name.toLowerCase();
  const found = zones.get(key);
  if (found !== undefined) return found;

  const isIana = /^[a-z]{3}$/.test(key) ? THREE_LETTER_NAMES.has(key.toUpperCase()) : !key.startsWith('systemv/');
  if (!isIana || !IANAZone.isValidZone(key)) return null;
  const zone = IANAZone.create(key);
  zones.set(key, zone);
  return zone;
}

/** @throws RangeError for an unknown zone: names are checked where they come in, so it is a bug here. */
function zoneNamed(name: string): IANAZone {
  const zone = findZone(name);
  if (zone === null) throw new RangeError(`Expected the time zone to be an IANA name, got \`${name}\``);
  return zone;
}

const offsetMs = (zone: IANAZone, at: number): number => Math.round(zone.offset(at) * MINUTE_MS);

/**
 * Whether `name` names a time zone of the IANA database that Node's ICU knows: `America/New_York`, `UTC`, links such as
 * `US/Eastern` too. Offsets (`UTC+3`, `+03:00`), `local` and the abbreviations that only ICU has (`BST`, `PST`) do not.
 * Upper and lower case are the same, as in ECMA-402; a name is echoed as it was given.
 */
export const isTimeZone = (name: string): boolean => findZone(name) !== null;

/**
 * What a wall clock in `zone` shows at the instant `at`, milliseconds since the epoch.
 *
 * @throws RangeError for an unknown zone.
 */
export const wallTimeAt = (at: number, zone: string): WallTime => at + offsetMs(zoneNamed(zone), at);

/**
 * The first instant, in milliseconds since the epoch, at which a wall clock in `zone` shows `wall` or later. So a time
 * that daylight saving skips means the transition itself, 3:00 for 2:15 and 2:45 alike; one of a day that the zone
 * skipped (Pacific/Apia, 2011-12-30), the midnight after it; one that exists twice, the first. A later `wall` never
 * yields an earlier instant.
 *
 * @throws RangeError for an unknown zone.
 */
export function firstInstantAt(wall: WallTime, zone: string): number {
  const iana = zoneNamed(zone);
  // The answer lies between these two, 26 hours apart, and no zone has ever changed its offset twice in that time.
  const before = offsetMs(iana, wall - FARTHEST_EAST_MS);
  const after = offsetMs(iana, wall + FARTHEST_WEST_MS);
  const byOld = wall - before;
  if (before === after || offsetMs(iana, byOld) === before) return byOld;
  const byNew = wall - after;
  if (offsetMs(iana, byNew) === after) return byNew;

  // No clock ever shows it. By the new offset it comes before the transition and by the old one not: close in on that.
  let [old, changed] = [byNew, byOld];
  while (changed - old > 1) {
    const middle = Math.floor((old + changed) / 2);
    if (offsetMs(iana, middle) === before) old = middle;
    else changed = middle;
  }
  return changed;
}

const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)T((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d)(?:[.,](\d+))?)?(Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?$/i;

/**
 * The instant that `text` names, in milliseconds since the epoch (a finer fraction is cut off): an ISO 8601 date and time
 * in the extended format, `2026-11-24T09:00`, with or without seconds and a fraction. With `Z` or an offset (`+05:30`,
 * `+0530`, `+05`) that settles it; without, it is wall-clock time in `zone` by the rules of {@link firstInstantAt}. Null
 * for anything else: a date or a time alone, a week or ordinal date, a date that does not exist, 24:00, a leap second.
 *
 * @throws RangeError for an unknown zone, where it is needed.
 */
export function parseDateTime(text: string, zone: string): number | null {
  const [, date, time, seconds = '00', fraction = '', offset] = DATE_TIME.exec(text) ?? [];
  if (date === undefined || time === undefined) return null;

  const wall = Date.parse(`${date}T${time}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  // Date.parse lets 30 February pass as 2 March.
  if (Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 10) !== date) return null;

  return offset === undefined ? firstInstantAt(wall, zone) : wall - parseOffsetMs(offset);
}

/** `Z`, `+05`, `+0530`, `-05:30` → milliseconds east of UTC. */
function parseOffsetMs(offset: string): number {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(offset) ?? [];
  const size = Number(hours ?? 0) * HOUR_MS + Number(minutes) * MINUTE_MS;
  return sign === '-' ? -size : size;
}
