import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toInstant } from '../../src/domain/instant.ts';
import { firstInstantAt, isTimeZone, parseDateTime, wallTimeAt } from '../../src/domain/time-zone.ts';
import { DAY_MS, MINUTE_MS, patientClock, readClock, zoneAndInstant, ZONES } from './zones.ts';

describe('the names of zones', () => {
  test.each([...ZONES, 'Etc/UTC', 'Etc/GMT+3', 'GMT', 'EST', 'EST5EDT', 'US/Eastern', 'Asia/Kolkata', 'Asia/Calcutta'])(
    '%s is one',
    (name) => expect(isTimeZone(name)).toBe(true),
  );

  test.each([
    '',
    ' UTC',
    'UTC+3',
    'GMT+3',
    '+03:00',
    'Z',
    'local',
    'system',
    'Mars/Olympus',
    'America',
    'Nope',
    '__proto__',
  ])('%j is none', (name) => expect(isTimeZone(name)).toBe(false));

  test.each(['BST', 'IST', 'PST', 'CST', 'ACT', 'bst', 'SystemV/EST5'])(
    '%s is none: ICU knows it, and not as it is meant',
    (name) => expect(isTimeZone(name)).toBe(false),
  );

  test('upper and lower case are the same, whichever comes first', () => {
    expect(isTimeZone('america/NEW_york')).toBe(true);
    expect(isTimeZone('utc')).toBe(true);
    expect(parseDateTime('2026-11-24T09:00', 'aMERICA/nEW_yORK')).toBe(
      parseDateTime('2026-11-24T09:00', 'America/New_York'),
    );
  });

  test('a letter that only lower-cases to the right one is not the right one', () => {
    expect(isTimeZone('Pacific/Kwajalein')).toBe(true);
    expect(isTimeZone('Pacific/\u212Awajalein')).toBe(false);
  });
});

describe('the instant of a wall-clock time', () => {
  test.each([
    ['an ordinary time', '2026-11-24T09:00', 'America/New_York', '2026-11-24T14:00:00.000Z'],
    ['a skipped time is the change', '2026-03-08T02:15', 'America/New_York', '2026-03-08T07:00:00.000Z'],
    ['every skipped time is the change', '2026-03-08T02:59', 'America/New_York', '2026-03-08T07:00:00.000Z'],
    ['the time that is skipped to', '2026-03-08T03:00', 'America/New_York', '2026-03-08T07:00:00.000Z'],
    ['a time that comes twice is the first', '2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['the time after the one that comes twice', '2026-11-01T02:00', 'America/New_York', '2026-11-01T07:00:00.000Z'],
    ['half an hour is skipped', '2026-10-04T02:15', 'Australia/Lord_Howe', '2026-10-03T15:30:00.000Z'],
    ['half an hour comes twice', '2026-04-05T01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
    ['a midnight is skipped', '2026-03-29T00:00', 'Asia/Beirut', '2026-03-28T22:00:00.000Z'],
    ['a midnight after an hour twice', '2019-02-17T00:00', 'America/Sao_Paulo', '2019-02-17T03:00:00.000Z'],
    ['an hour before midnight twice', '2019-02-16T23:30', 'America/Sao_Paulo', '2019-02-17T01:30:00.000Z'],
    ['a midnight twice', '2026-11-01T00:00', 'America/Havana', '2026-11-01T04:00:00.000Z'],
    ['a skipped day is the midnight after it', '2011-12-30T09:00', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['a day before a skipped one', '2011-12-29T09:00', 'Pacific/Apia', '2011-12-29T19:00:00.000Z'],
    ['a day after a skipped one', '2011-12-31T09:00', 'Pacific/Apia', '2011-12-30T19:00:00.000Z'],
    ['another skipped day', '1993-08-21T15:00', 'Pacific/Kwajalein', '1993-08-21T12:00:00.000Z'],
    ['the easternmost zone', '2026-11-24T00:00', 'Pacific/Kiritimati', '2026-11-23T10:00:00.000Z'],
    ['the westernmost zone', '2026-11-24T00:00', 'Etc/GMT+12', '2026-11-24T12:00:00.000Z'],
  ])('%s', (_, text, zone, instant) => {
    const at = parseDateTime(text, zone);
    expect(at === null ? null : toInstant(at)).toBe(instant);
  });

  test('is the first at which the clock has shown it, in any zone and year', () => {
    fc.assert(
      fc.property(zoneAndInstant, ({ zone, at }) => {
        // A wall-clock time of this very moment, taken as if it was UTC, so that skipped ones come up too.
        const wall = Math.floor(at / MINUTE_MS) * MINUTE_MS;
        const start = wall - DAY_MS;
        const minute = patientClock(zone, start, 2 * 24 * 60).findIndex((shown) => shown >= wall);
        expect(firstInstantAt(wall, zone)).toBe(start + minute * MINUTE_MS);
      }),
      { numRuns: 2_000 },
    );
  }, 60_000);

  test('never comes earlier for a later time', () => {
    fc.assert(
      fc.property(zoneAndInstant, fc.nat({ max: DAY_MS }), ({ zone, at }, later) => {
        expect(firstInstantAt(at + later, zone)).toBeGreaterThanOrEqual(firstInstantAt(at, zone));
      }),
    );
  });

  test('the wall-clock time of an instant is what Intl shows', () => {
    fc.assert(
      fc.property(zoneAndInstant, ({ zone, at }) => {
        const second = Math.floor(at / 1000) * 1000;
        expect(wallTimeAt(second, zone)).toBe(readClock(second, zone));
      }),
    );
  });

  test('an unknown zone is refused', () => {
    expect(() => firstInstantAt(0, 'UTC+3')).toThrow(RangeError);
    expect(() => wallTimeAt(0, 'BST')).toThrow(RangeError);
  });
});

describe('a date-time in a request', () => {
  test.each([
    ['2026-11-24T09:00:00Z', '2026-11-24T09:00:00.000Z'],
    ['2026-11-24T09:00Z', '2026-11-24T09:00:00.000Z'],
    ['2026-11-24t09:00:00z', '2026-11-24T09:00:00.000Z'],
    ['2026-11-24T09:00:00.5Z', '2026-11-24T09:00:00.500Z'],
    ['2026-11-24T09:00:00,1239999Z', '2026-11-24T09:00:00.123Z'],
    ['2026-11-24T09:00:00+05:30', '2026-11-24T03:30:00.000Z'],
    ['2026-11-24T09:00:00-0500', '2026-11-24T14:00:00.000Z'],
    ['2026-11-24T09:00:00-05', '2026-11-24T14:00:00.000Z'],
    ['2026-11-24T00:00:00-00:00', '2026-11-24T00:00:00.000Z'],
    ['2028-02-29T23:59:59.999Z', '2028-02-29T23:59:59.999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('%s, with an offset, is that instant in every zone', (text, instant) => {
    expect(parseDateTime(text, 'America/New_York')).toBe(Date.parse(instant));
    expect(parseDateTime(text, 'Pacific/Apia')).toBe(Date.parse(instant));
  });

  test("without an offset is the zone's wall-clock time, to the millisecond", () => {
    expect(parseDateTime('2026-07-01T09:00:00.250', 'America/New_York')).toBe(Date.parse('2026-07-01T13:00:00.250Z'));
    expect(parseDateTime('2026-07-01T09:00:00.250', 'Asia/Kathmandu')).toBe(Date.parse('2026-07-01T03:15:00.250Z'));
  });

  test.each([
    '',
    'tomorrow',
    '2026-11-24',
    '09:00',
    '2026-11',
    '2026-11-24T',
    '2026-11-24T09',
    '2026-11-24 09:00',
    '20261124T090000Z',
    '2026-W48-2T09:00',
    '2026-328T09:00',
    '2026-02-30T09:00',
    '2027-02-29T09:00Z',
    '2026-13-01T09:00Z',
    '2026-00-10T09:00Z',
    '2026-11-31T09:00+01:00',
    '2026-11-24T24:00Z',
    '2026-11-24T23:60Z',
    '2026-11-24T23:59:60Z',
    '2026-11-24T09:00:00.Z',
    '2026-11-24T09:00+24:00',
    '2026-11-24T09:00+5',
    '2026-11-24T09:00[Europe/Berlin]',
    ' 2026-11-24T09:00Z',
    '2026-11-24T09:00Z\n',
    '+002026-11-24T09:00Z',
    '２０２６-11-24T09:00Z',
    '1764000000000',
  ])('%j is none', (text) => expect(parseDateTime(text, 'UTC')).toBeNull());

  test('what an instant is written as is read back as it', () => {
    fc.assert(
      fc.property(zoneAndInstant, ({ zone, at }) => {
        expect(parseDateTime(toInstant(at), zone)).toBe(at);
      }),
    );
  });

  test('any text is a date-time or null, and no error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseDateTime(text, 'UTC') ?? 0).not.toBeNaN();
      }),
    );
  });
});

test('an instant is ISO 8601 in UTC with milliseconds', () => {
  expect(toInstant(Date.UTC(2026, 10, 24, 9))).toBe('2026-11-24T09:00:00.000Z');
  expect(() => toInstant(NaN)).toThrow(RangeError);
});
