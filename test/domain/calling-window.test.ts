import { describe, expect, test } from 'vitest';
import { describeOpening, isOpen, nextOpening } from '../../src/domain/calling-window.ts';
import { type Schedule, type Span } from '../../src/contract/schedule.ts';

/** `9:00-17:30` → a span. */
function span(text: string): Span {
  const [startHour = 0, startMinute = 0, endHour = 0, endMinute = 0] = text.split(/[:-]/).map(Number);
  return { start: { hour: startHour, minute: startMinute }, end: { hour: endHour, minute: endMinute } };
}

const workdays = (hours: string): Schedule => {
  const spans = hours.split(' ').map(span);
  return { monday: spans, tuesday: spans, wednesday: spans, thursday: spans, friday: spans };
};

/** The next opening as ISO 8601 in UTC. */
function opening(schedule: Schedule | null, zone: string, from: string): string | null {
  const at = nextOpening(schedule, zone, Date.parse(from));
  return at === null ? null : new Date(at).toISOString();
}

const NEW_YORK = 'America/New_York';

describe('weekly hours', () => {
  const office = workdays('9:00-12:30 13:30-20:00');

  test('an agent without a schedule may call at once', () => {
    expect(opening(null, NEW_YORK, '2026-11-24T03:00:00.123Z')).toBe('2026-11-24T03:00:00.123Z');
  });

  test('a call in the night waits for the morning of the recipient', () => {
    expect(opening(office, NEW_YORK, '2026-11-24T08:00:00Z')).toBe('2026-11-24T14:00:00.000Z');
    expect(opening(office, 'Asia/Kathmandu', '2026-11-24T00:00:00Z')).toBe('2026-11-24T03:15:00.000Z');
  });

  test('a call within the hours goes out at once, one at noon waits for the second span of the day', () => {
    expect(opening(office, NEW_YORK, '2026-11-24T15:00:00.001Z')).toBe('2026-11-24T15:00:00.001Z');
    expect(opening(office, NEW_YORK, '2026-11-24T17:45:00Z')).toBe('2026-11-24T18:30:00.000Z');
  });

  test('a span is open at its start and no longer at its end', () => {
    expect(isOpen(office, NEW_YORK, Date.parse('2026-11-24T13:59:59.999Z'))).toBe(false);
    expect(isOpen(office, NEW_YORK, Date.parse('2026-11-24T14:00:00Z'))).toBe(true);
    expect(isOpen(office, NEW_YORK, Date.parse('2026-11-24T17:29:59.999Z'))).toBe(true);
    expect(isOpen(office, NEW_YORK, Date.parse('2026-11-24T17:30:00Z'))).toBe(false);
  });

  test('a call on Friday evening waits for Monday', () => {
    expect(opening(office, NEW_YORK, '2026-11-28T01:00:00Z')).toBe('2026-11-30T14:00:00.000Z');
  });

  test('the order in which a day lists its spans does not matter, nor that they overlap', () => {
    const schedule = { tuesday: ['13:00-15:00', '8:00-9:00', '14:00-16:00'].map(span) };
    expect(opening(schedule, 'UTC', '2026-11-24T07:00:00Z')).toBe('2026-11-24T08:00:00.000Z');
    expect(opening(schedule, 'UTC', '2026-11-24T15:30:00Z')).toBe('2026-11-24T15:30:00.000Z');
  });

  test('a span that ends before it starts goes on into the next day', () => {
    const schedule = { friday: [span('22:00-2:00')] };
    expect(opening(schedule, 'UTC', '2026-11-27T21:00:00Z')).toBe('2026-11-27T22:00:00.000Z');
    expect(opening(schedule, 'UTC', '2026-11-28T01:59:00Z')).toBe('2026-11-28T01:59:00.000Z');
    expect(opening(schedule, 'UTC', '2026-11-28T02:00:00Z')).toBe('2026-12-04T22:00:00.000Z');
  });

  test('a span that ends when it starts lasts until then on the next day', () => {
    const schedule = { friday: [span('9:00-9:00')] };
    expect(isOpen(schedule, 'UTC', Date.parse('2026-11-28T08:59:00Z'))).toBe(true);
    expect(isOpen(schedule, 'UTC', Date.parse('2026-11-28T09:00:00Z'))).toBe(false);
  });

  test('24:00 is the end of the day', () => {
    const schedule = { friday: [span('20:00-24:00')] };
    expect(isOpen(schedule, 'UTC', Date.parse('2026-11-27T23:59:59.999Z'))).toBe(true);
    expect(isOpen(schedule, 'UTC', Date.parse('2026-11-28T00:00:00Z'))).toBe(false);
  });

  test('a schedule without a span never opens', () => {
    expect(opening({}, NEW_YORK, '2026-11-24T15:00:00Z')).toBeNull();
    expect(opening({ monday: [], timezone: NEW_YORK }, NEW_YORK, '2026-11-24T15:00:00Z')).toBeNull();
    expect(isOpen({}, NEW_YORK, Date.parse('2026-11-24T15:00:00Z'))).toBe(false);
  });

  test("the recipient's zone rules, not the one that the schedule names", () => {
    expect(opening({ ...office, timezone: NEW_YORK }, 'Europe/Berlin', '2026-11-24T00:00:00Z')).toBe(
      '2026-11-24T08:00:00.000Z',
    );
  });

  test('an unknown zone is refused', () => {
    expect(() => nextOpening(office, 'Mars/Olympus', 0)).toThrow(RangeError);
  });
});

describe('holidays', () => {
  test('nobody is called on a holiday', () => {
    const schedule = { ...workdays('9:00-17:00'), holidays: ['2026-12-25'] };
    expect(opening(schedule, NEW_YORK, '2026-12-25T14:00:00Z')).toBe('2026-12-28T14:00:00.000Z');
  });

  test('a span that began the evening before a holiday is cut off at midnight, and none begins on its evening', () => {
    const schedule = { ...workdays('20:00-2:00'), holidays: ['2026-11-25'] };
    expect(isOpen(schedule, NEW_YORK, Date.parse('2026-11-25T04:59:59.999Z'))).toBe(true);
    expect(opening(schedule, NEW_YORK, '2026-11-25T05:00:00Z')).toBe('2026-11-27T01:00:00.000Z');
  });

  test('a holiday is a date of the recipient', () => {
    const schedule = { ...workdays('0:00-24:00'), holidays: ['2026-11-25'] };
    expect(opening(schedule, 'Asia/Tokyo', '2026-11-24T15:00:00Z')).toBe('2026-11-25T15:00:00.000Z');
    expect(opening(schedule, NEW_YORK, '2026-11-24T15:00:00Z')).toBe('2026-11-24T15:00:00.000Z');
  });

  test('an agent that works on Mondays alone opens again after sixty Mondays off', () => {
    const first = Date.parse('2026-11-23');
    const holidays = Array.from({ length: 60 }, (_, week) =>
      new Date(first + week * 7 * 86_400_000).toISOString().slice(0, 10),
    );
    const schedule = { monday: [span('9:00-17:00')], holidays };
    expect(opening(schedule, 'UTC', '2026-11-16T17:00:00Z')).toBe('2028-01-17T09:00:00.000Z');
  });

  test('a holiday ends at the first instant of the next day where that has no midnight', () => {
    // Beirut, 2026-03-29: 0:00 (+02:00) became 1:00 (+03:00) at 22:00Z.
    const schedule = { saturday: [span('0:00-24:00')], sunday: [span('0:00-24:00')], holidays: ['2026-03-28'] };
    expect(opening(schedule, 'Asia/Beirut', '2026-03-28T10:00:00Z')).toBe('2026-03-28T22:00:00.000Z');
  });

  test('a holiday has 25 hours where its last hour comes twice', () => {
    // Beirut, 2026-10-25: 0:00 (+03:00) became 23:00 (+02:00) of the 24th at 21:00Z.
    const schedule = { saturday: [span('0:00-24:00')], sunday: [span('0:00-24:00')], holidays: ['2026-10-24'] };
    expect(opening(schedule, 'Asia/Beirut', '2026-10-24T10:00:00Z')).toBe('2026-10-24T22:00:00.000Z');
  });
});

describe('daylight saving', () => {
  // New York, 2026-03-08: 2:00 (-05:00) became 3:00 (-04:00) at 07:00Z; 2026-11-01: 2:00 (-04:00) became 1:00 at 06:00Z.
  test('a start that is skipped moves forward to the change, not by an hour', () => {
    expect(opening({ sunday: [span('2:30-4:00')] }, NEW_YORK, '2026-03-08T06:00:00Z')).toBe('2026-03-08T07:00:00.000Z');
  });

  test('an end that is skipped moves forward to the change', () => {
    const schedule = { sunday: [span('0:00-2:30')] };
    expect(isOpen(schedule, NEW_YORK, Date.parse('2026-03-08T06:59:59.999Z'))).toBe(true);
    expect(isOpen(schedule, NEW_YORK, Date.parse('2026-03-08T07:00:00Z'))).toBe(false);
  });

  test('a span that is skipped whole opens a week later', () => {
    expect(opening({ sunday: [span('2:15-2:45')] }, NEW_YORK, '2026-03-08T05:00:00Z')).toBe('2026-03-15T06:15:00.000Z');
  });

  test('a start that comes twice is the first', () => {
    expect(opening({ sunday: [span('1:30-5:00')] }, NEW_YORK, '2026-11-01T04:00:00Z')).toBe('2026-11-01T05:30:00.000Z');
  });

  test('an end that comes twice is the first: the hour that comes again stays closed', () => {
    const schedule = { saturday: [span('22:00-1:30')] };
    expect(isOpen(schedule, NEW_YORK, Date.parse('2026-11-01T05:29:59.999Z'))).toBe(true);
    expect(isOpen(schedule, NEW_YORK, Date.parse('2026-11-01T05:30:00Z'))).toBe(false);
    expect(isOpen(schedule, NEW_YORK, Date.parse('2026-11-01T06:15:00Z'))).toBe(false);
  });

  test('hours after the change are those of the new offset', () => {
    const schedule = { sunday: [span('9:00-17:00')] };
    expect(opening(schedule, NEW_YORK, '2026-03-08T05:00:00Z')).toBe('2026-03-08T13:00:00.000Z');
    expect(opening(schedule, NEW_YORK, '2026-11-01T05:00:00Z')).toBe('2026-11-01T14:00:00.000Z');
  });

  test('half an hour of daylight saving is half an hour', () => {
    // Lord Howe, 2026-10-04: 2:00 (+10:30) became 2:30 (+11:00) at 15:30Z of the 3rd.
    expect(opening({ sunday: [span('2:15-4:00')] }, 'Australia/Lord_Howe', '2026-10-03T15:00:00Z')).toBe(
      '2026-10-03T15:30:00.000Z',
    );
  });

  test('a day without a midnight opens with its first instant', () => {
    // Havana, 2026-03-08: 0:00 (-05:00) became 1:00 (-04:00) at 05:00Z. São Paulo, 2018-11-04: the same at 03:00Z.
    const schedule = { sunday: [span('0:00-12:00')] };
    expect(opening(schedule, 'America/Havana', '2026-03-08T00:00:00Z')).toBe('2026-03-08T05:00:00.000Z');
    expect(opening(schedule, 'America/Sao_Paulo', '2018-11-04T00:00:00Z')).toBe('2018-11-04T03:00:00.000Z');
  });

  test('a day with two midnights opens with the first', () => {
    // Havana, 2026-11-01: 1:00 (-04:00) became 0:00 (-05:00) at 05:00Z.
    expect(opening({ sunday: [span('0:00-12:00')] }, 'America/Havana', '2026-11-01T00:00:00Z')).toBe(
      '2026-11-01T04:00:00.000Z',
    );
  });

  test('a day that the zone skipped is not worked on', () => {
    // Apia went from 2011-12-29 24:00 (-10:00) to 2011-12-31 0:00 (+14:00) at 10:00Z of the 30th.
    expect(opening({ friday: [span('9:00-17:00')] }, 'Pacific/Apia', '2011-12-29T00:00:00Z')).toBe(
      '2012-01-05T19:00:00.000Z',
    );
  });

  test('an evening span around a skipped day keeps what exists of it', () => {
    const evening = [span('20:00-2:00')];
    const apia = (schedule: Schedule, at: string) => isOpen(schedule, 'Pacific/Apia', Date.parse(at));
    // Thursday's ends with Thursday; Friday's was never begun, but the small hours of Saturday are its own.
    expect(apia({ thursday: evening }, '2011-12-30T09:59:59.999Z')).toBe(true);
    expect(apia({ thursday: evening }, '2011-12-30T10:00:00Z')).toBe(false);
    expect(apia({ friday: evening }, '2011-12-30T09:59:59.999Z')).toBe(false);
    expect(apia({ friday: evening }, '2011-12-30T10:00:00Z')).toBe(true);
    expect(apia({ friday: evening }, '2011-12-30T12:00:00Z')).toBe(false);
  });
});

describe('an opening in words', () => {
  const from = Date.parse('2026-11-28T01:00:00Z');

  test('is the time and the zone on the same day of the recipient', () => {
    expect(describeOpening(Date.parse('2026-11-28T04:05:00Z'), NEW_YORK, from)).toBe('23:05 America/New_York');
  });

  test('has weekday and date on another day of the recipient', () => {
    expect(describeOpening(Date.parse('2026-11-30T14:00:00Z'), NEW_YORK, from)).toBe(
      'Mon 2026-11-30 09:00 America/New_York',
    );
    expect(describeOpening(Date.parse('2026-11-28T05:00:00Z'), NEW_YORK, from)).toBe(
      'Sat 2026-11-28 00:00 America/New_York',
    );
  });
});
