import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentProblems, agentWith, problems, smallest, trunkProblems } from './support.ts';

describe('an unknown key', () => {
  it('is a mistake, with the one that was probably meant', () => {
    expect(agentProblems({ ring_timeout: '45s' })).toEqual(['ring_timeout: unknown key, did you mean `ringTimeout`?']);
    expect(agentProblems({ schedule: { monday: [], holyday: [] } })[0]).toContain('did you mean `holidays`?');
    expect(trunkProblems({ dialer: { type: 'simulator', sped: 2 } })).toEqual([
      'dialer.sped: unknown key, did you mean `speed`?',
    ]);
    expect(problems({ ...smallest(), voices: {} })).toEqual([
      'voices: unknown key: expected one of organizations, trunks, agents',
    ]);
  });

  it('is a mistake even where JavaScript has a meaning for it', () => {
    for (const key of ['constructor', '__proto__', 'toString']) {
      expect(problems(`trunks: []\nagents: []\n${key}: {}`)).toEqual([expect.stringContaining(key)]);
    }
  });
});

describe('a value that is written as nothing', () => {
  it('is not one that is left out: `schedule:` opens nobody around the clock', () => {
    expect(agentProblems({ schedule: null })).toEqual(['schedule: expected a mapping, got nothing']);
    expect(trunkProblems({ callsPerSecond: null })).toEqual(['callsPerSecond: expected a number, got nothing']);
    expect(problems({ ...smallest(), organizations: null })).toEqual(['organizations: expected a list, got nothing']);
  });
});

describe('a trunk', () => {
  it.each([0, 10_001, 1.5, '3', -1])('has no %j lines', (lines) => expect(trunkProblems({ lines })).toHaveLength(1));
  it.each([1, 10_000])('has %j lines', (lines) => expect(trunkProblems({ lines })).toEqual([]));
  it.each([0, -1, 1001, '5'])('dials no %j calls a second', (callsPerSecond) =>
    expect(trunkProblems({ callsPerSecond })).toHaveLength(1),
  );
  it.each([0.5, 1000])('dials %j calls a second', (callsPerSecond) =>
    expect(trunkProblems({ callsPerSecond })).toEqual([]),
  );

  it('needs a dialer of a type that is known', () => {
    expect(trunkProblems({ dialer: { type: 'pigeon' } })).toEqual([
      expect.stringMatching(/^dialer\.type: expected a type that is known \(simulator.*\), got "pigeon"$/),
    ]);
    expect(trunkProblems({ dialer: undefined })).toEqual(['dialer: expected a mapping, got nothing']);
  });

  it('calls some countries, by their codes, or none that can be told', () => {
    expect(trunkProblems({ allowedCountries: ['US', 'usa'] })).toEqual([
      'allowedCountries[1]: expected a country code such as US (ISO 3166), got "usa"',
    ]);
    expect(trunkProblems({ allowedCountries: [] })).toEqual(['allowedCountries: expected at least one, got a list']);
    expect(trunkProblems({ endpoints: 'any', allowedCountries: ['US'] })).toEqual([
      expect.stringMatching(/^allowedCountries: contradicts `endpoints: any`/),
    ]);
    expect(trunkProblems({ endpoints: 'any', callerIds: ['+14155550100'] })).toEqual([]);
  });

  it('has its caller ID in quotes, and it is not told', () => {
    expect(trunkProblems({ callerId: 14155550100 })).toEqual(['callerId: expected text in quotes, got a number']);
  });
});

describe('a duration', () => {
  it.each(['45', '', '0s', '-5s', 's', 'soon', '1h30m', '1e9 days', '5 parsecs', '9'.repeat(101) + 's'])(
    'is not %j',
    (words) => expect(agentProblems({ defaultDeadline: words })).toHaveLength(1),
  );

  it('is never a bare number, whose unit nobody can tell', () => {
    expect(agentProblems({ ringTimeout: 45 })).toEqual([
      'ringTimeout: expected a duration such as 45s, 5m or 24h, got 45',
    ]);
  });

  it('keeps to the limits of its field', () => {
    expect(agentProblems({ ringTimeout: '4999ms' })).toEqual(['ringTimeout: expected at least 5s, got "4999ms"']);
    expect(agentProblems({ ringTimeout: '301s' })).toEqual(['ringTimeout: expected at most 5m, got "301s"']);
    expect(agentProblems({ maxDuration: '25h' })).toEqual(['maxDuration: expected at most 24h, got "25h"']);
    expect(agentProblems({ ringTimeout: '5s', maxDuration: '1s' })).toEqual([]);
  });

  it('means the same in every unit', () => {
    const units = { s: 1000, m: 60_000, h: 3_600_000, ' days': 86_400_000 };
    const unit = fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[]));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), unit, (count, unit) => {
        expect(agentWith({ defaultDeadline: `${count}${unit}` }).defaultDeadlineMs).toBe(count * units[unit]);
      }),
    );
  });
});

describe('calling hours', () => {
  const DAY_MINUTES = 1440;
  const two = (number: number) => String(number).padStart(2, '0');
  const words = (minute: number) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  const spanOf = ([start, end]: readonly [number, number]) => ({ start: words(start), end: words(end) });
  const aSpan = fc
    .tuple(fc.integer({ min: 0, max: DAY_MINUTES - 1 }), fc.integer({ min: 0, max: DAY_MINUTES }))
    .filter(([start, end]) => start !== end);

  it('come back as the hours and minutes that were written', () => {
    fc.assert(
      fc.property(aSpan, ([start, end]) => {
        const time = (minute: number) => ({ hour: Math.floor(minute / 60), minute: minute % 60 });
        const { schedule } = agentWith({ schedule: { sunday: [spanOf([start, end])] } });
        expect(schedule?.sunday).toEqual([{ start: time(start), end: time(end) }]);
      }),
    );
  });

  it('are refused when, and only when, a minute of one weekday’s hours lies in two of them', () => {
    const overlaps = (day: readonly (readonly [number, number])[]) => {
      const covered = new Set<number>();
      return day.some(([start, end]) => {
        const minutes = Array.from(
          { length: end > start ? end - start : end + DAY_MINUTES - start },
          (_, i) => start + i,
        );
        const again = minutes.some((minute) => covered.has(minute));
        for (const minute of minutes) covered.add(minute);
        return again;
      });
    };
    // Half hours, so that spans often begin where others end.
    const halfHours = aSpan
      .map(([start, end]) => [start - (start % 30), end - (end % 30)] as const)
      .filter(([start, end]) => start !== end);
    fc.assert(
      fc.property(fc.array(halfHours, { maxLength: 4 }), (day) => {
        const found = agentProblems({ schedule: { monday: day.map(spanOf) } });
        expect(found.length > 0).toBe(overlaps(day));
        for (const problem of found)
          expect(problem).toMatch(/^schedule\.monday\[\d\]: expected hours that do not overlap/);
      }),
    );
  });

  it('of one weekday may touch, and may not lie inside longer ones, next to each other or not', () => {
    const found = (...day: [string, string][]) =>
      agentProblems({ schedule: { monday: day.map(([start, end]) => ({ start, end })) } });
    expect(found(['09:00', '12:00'], ['12:00', '13:00'])).toEqual([]);
    expect(found(['09:00', '17:00'], ['10:00', '11:00'], ['12:00', '13:00'])).toEqual([
      'schedule.monday[1]: expected hours that do not overlap those of [0]',
      'schedule.monday[2]: expected hours that do not overlap those of [0]',
    ]);
    expect(found(['22:00', '02:00'], ['23:00', '23:30'])).toHaveLength(1);
  });

  it.each(['9', '9:00', '09:60', '24:00', '24:01', '25:00', '09:00:00', ' 09:00', 9, null])(
    'never start at %j',
    (start) => expect(agentProblems({ schedule: { monday: [{ start, end: '23:00' }] } })).toHaveLength(1),
  );

  it('end at 24:00 at the latest, and not where they start', () => {
    const ending = (end: string) => agentProblems({ schedule: { monday: [{ start: '09:00', end }] } });
    expect(ending('24:00')).toEqual([]);
    expect(ending('24:01')).toHaveLength(1);
    expect(ending('09:00')[0]).toMatch(/expected `end` to differ from `start`/);
  });

  it('name a zone that exists', () => {
    expect(agentProblems({ timezone: 'America/New_Yrk' })).toEqual([
      'timezone: expected a time zone such as America/New_York, got "America/New_Yrk"',
    ]);
    expect(agentProblems({ schedule: { monday: [], timezone: 'Mars/Olympus' } })).toHaveLength(1);
  });

  it.each(['2026-02-29', '2026-13-01', '26-12-25', '2026-12-25T00:00:00Z', 'Christmas', 20261225])(
    'have no holiday on %j',
    (holiday) => expect(agentProblems({ schedule: { monday: [], holidays: [holiday] } })).toHaveLength(1),
  );

  it('name at least one weekday, since one that is left out is closed', () => {
    expect(agentProblems({ schedule: { holidays: ['2026-12-25'] } })).toHaveLength(1);
    expect(agentProblems({ schedule: { monday: [] } })).toEqual([]);
  });
});

describe('a retry policy', () => {
  it('has no delay for a call that was answered', () => {
    expect(agentProblems({ retry: { maxAttempts: 2, delays: { answered: '5m' } } })).toEqual([
      'retry.delays.answered: expected no delay, since a call that was answered is complete, got "5m"',
    ]);
  });

  it.each([0, 101, 1.5, '3', undefined])('has no %j attempts', (maxAttempts) =>
    expect(agentProblems({ retry: { maxAttempts } })).toHaveLength(1),
  );

  it('has delays in words, or never, for dispositions that exist', () => {
    const delays = { busy: 5, failed: 'always', noanswer: '5m', uncertain: 'never' };
    expect(agentProblems({ retry: { maxAttempts: 2, delays } })).toEqual([
      'retry.delays.busy: expected a duration such as 45s, 5m or 24h, or never, got 5',
      'retry.delays.failed: expected a duration such as 45s, 5m or 24h, or never, got "always"',
      'retry.delays.noanswer: unknown key, did you mean `no-answer`?',
    ]);
  });

  it('has lists of delays of which each has a place of its own among the mistakes', () => {
    const delays = { busy: [], failed: ['5m', 'soon', 30], unreachable: Array(21).fill('1m'), uncertain: ['never'] };
    expect(agentProblems({ retry: { maxAttempts: 2, delays } })).toEqual([
      'retry.delays.busy: expected at least one',
      'retry.delays.failed[1]: expected a duration such as 45s, 5m or 24h, got "soon"',
      'retry.delays.failed[2]: expected a duration such as 45s, 5m or 24h, got 30',
      'retry.delays.unreachable: expected at most 20 items',
      'retry.delays.uncertain[0]: expected a duration such as 45s, 5m or 24h, got "never"',
    ]);
  });
});

describe('a prompt', () => {
  it.each(['Hello', 'Hello {{name}} of {{{company}}}, {{&x}}', '{{first name}} }} 5 < 6', ''])('may be %j', (prompt) =>
    expect(agentWith({ prompt }).prompt).toBe(prompt),
  );

  it.each([
    '{{#a}}x{{/a}}',
    '{{^a}}x{{/a}}',
    '{{>a}}',
    '{{=<% %>=}}',
    '{{!a}}',
    '{{}}',
    '{{ }}',
    '{{a',
    '{{/a}}',
    '{{=}}',
  ])('is text with variables and not %j, which the refusal does not repeat', (prompt) =>
    expect(agentProblems({ prompt })).toEqual([expect.stringMatching(/^prompt: .* \{\{name\}\}$/)]),
  );
});

describe('other fields', () => {
  it('are checked for what they can be', () => {
    expect(agentProblems({ defaultCountry: 'us' })).toEqual([
      'defaultCountry: expected a country code such as US (ISO 3166), got "us"',
    ]);
    expect(agentProblems({ onVoicemail: 'ignore' })).toEqual([
      'onVoicemail: expected `complete` or `retry`, got "ignore"',
    ]);
    expect(agentProblems({ isEnabled: 'yes' })).toEqual(['isEnabled: expected true or false, got "yes"']);
    expect(agentProblems({ name: '' })).toEqual(['name: expected some text, got ""']);
    expect(agentProblems({ additionalData: ['a'] })).toEqual(['additionalData: expected a mapping, got a list']);
    expect(problems({ ...smallest(), organizations: [{ orgId: 'default', searchable: ['a=b'] }] })).toEqual([
      'organizations[0].searchable[0]: expected a key without `=`, got "a=b"',
    ]);
  });
});
