import { describe, expect, test } from 'vitest';
import { accept, mistakesOfAll, NOW, NUMBER, wrong } from '../support.ts';

const plus = (ms: number): string => new Date(NOW + ms).toISOString();
const HOUR = 3_600_000;

describe('the endpoint', () => {
  test.each([
    ['+1 (415) 555-0001', '+14155550001'],
    ['(415) 555-0001', '+14155550001'],
    ['SIP:Ada@Example.COM', 'sip:Ada@example.com'],
  ])('%s comes back as it was sent, and is dialed as %s', (endpoint, normalized) => {
    const call = accept({ endpoint });
    expect(call.facts.endpoint).toBe(endpoint);
    expect(call.normalizedEndpoint).toBe(normalized);
  });

  test('that is no number is a mistake, and so is one without + for an agent without a country', () => {
    expect(wrong({ endpoint: 'abc' })).toEqual([expect.stringMatching(/^endpoint: is neither a phone number nor/)]);
    expect(wrong({ endpoint: '+1415555' })).toEqual([expect.stringMatching(/^endpoint: is too short/)]);
    expect(wrong({ endpoint: '4155550001' }, 'bare')).toEqual([expect.stringMatching(/^endpoint: has no \+/)]);
  });
});

describe('defaults', () => {
  test('are priority 1, the time zone of the agent, and a deadline 24 hours after the call may go out', () => {
    expect(accept({}).facts).toEqual({
      orgId: 'acme',
      agentId: 'demo',
      trunk: 'demo',
      endpoint: '+14155550001',
      additionalData: null,
      priority: 1,
      callDeadline: plus(24 * HOUR),
      timezone: 'UTC',
      overrideOutboundConfig: null,
      scheduledTime: null,
      createdTime: plus(0),
    });
    expect(accept({}, 'office').facts.timezone).toBe('America/New_York');
    expect(accept({}, 'bare').facts.timezone).toBe('Europe/Berlin');
  });

  test('of the deadline are the agent’s own, and count from the scheduled time where that is later than now', () => {
    expect(accept({}, 'bare').facts.callDeadline).toBe(plus(1.5 * HOUR));
    expect(accept({ scheduledTime: plus(HOUR) }, 'bare').facts.callDeadline).toBe(plus(2.5 * HOUR));
    expect(accept({ scheduledTime: plus(-HOUR) }, 'bare').facts.callDeadline).toBe(plus(1.5 * HOUR));
  });
});

describe('overrideOutboundConfig', () => {
  test('chooses another trunk of the organization, and what is left out of it is null', () => {
    const { facts } = accept({ overrideOutboundConfig: { credentialsId: 'second' } });
    expect(facts.trunk).toBe('second');
    expect(facts.overrideOutboundConfig).toEqual({ phoneNumber: null, credentialsId: 'second', displayName: null });
    const { facts: kept } = accept({ overrideOutboundConfig: { phoneNumber: '+14155550100', displayName: 'Ada' } });
    expect(kept.trunk).toBe('demo');
    expect(kept.overrideOutboundConfig).toEqual({
      phoneNumber: '+14155550100',
      credentialsId: null,
      displayName: 'Ada',
    });
  });

  test.each(['nothing', 'theirs', ''])(
    'with the trunk %j, which the organization does not have, is a mistake',
    (name) => {
      expect(wrong({ overrideOutboundConfig: { credentialsId: name } })).toEqual([
        'overrideOutboundConfig.credentialsId: expected the name of one of your trunks',
      ]);
    },
  );

  test('of another type is one mistake', () => {
    expect(wrong({ overrideOutboundConfig: 'second' })).toHaveLength(1);
    expect(wrong({ overrideOutboundConfig: { credentialsId: 2 } })).toHaveLength(1);
  });

  test('with an unknown trunk hides no mistake of the endpoint', () => {
    const override = (credentialsId: string) => ({ endpoint: '1001', overrideOutboundConfig: { credentialsId } });
    expect(wrong(override('nothing'), 'bare')).toHaveLength(2);
    // Where it may be the extension that a trunk takes, nothing is said of it.
    expect(wrong(override('nothing'), 'loose')).toHaveLength(1);
    expect(wrong(override('any'), 'loose')).toEqual([]);
    expect(wrong(override('strict'), 'loose')).toHaveLength(1);
  });
});

describe('a trunk that calls some countries, under some caller IDs', () => {
  const JAMAICAN = 'endpoint: is a phone number of JM, which is not among the `allowedCountries` of its trunk';

  test('takes no call to another country, however its number is written', () => {
    expect(wrong({}, 'guarded')).toEqual([]);
    expect(wrong({ endpoint: '+18765551234' }, 'guarded')).toEqual([JAMAICAN]);
    expect(wrong({ endpoint: '(876) 555-1234' }, 'guarded')).toEqual([JAMAICAN]);
  });

  test('takes none to what is of no country', () => {
    for (const endpoint of ['+15551234567', 'sip:ada@example.com']) {
      expect(wrong({ endpoint }, 'guarded')).toEqual([expect.stringMatching(/^endpoint: is of no country/)]);
    }
  });

  test('takes no call that asks for another caller ID', () => {
    const asking = (phoneNumber: string) => wrong({ overrideOutboundConfig: { phoneNumber } }, 'guarded');
    expect(asking('+14155550101')).toEqual([]);
    expect(asking('+14155550100')).toEqual([]);
    expect(asking('+14155550102')).toEqual([
      'overrideOutboundConfig.phoneNumber: is not among the `callerIds` of its trunk',
    ]);
    expect(wrong({ overrideOutboundConfig: { phoneNumber: 5 } }, 'guarded')).toHaveLength(1);
  });

  test('takes none either where a call of another agent chooses it', () => {
    const override = { credentialsId: 'guarded', phoneNumber: '+14155550102' };
    const fields = { endpoint: '+18765551234', overrideOutboundConfig: override };
    expect(wrong(fields)).toEqual([JAMAICAN, expect.stringMatching(/^overrideOutboundConfig.phoneNumber: is not/)]);
    expect(wrong({ ...fields, overrideOutboundConfig: { ...override, credentialsId: 'second' } })).toEqual([]);
  });

  test('refuses each such call of a bulk request with its index', async () => {
    const body = ['+14155550001', '+18765551234', '+14165550001', '+447400123456'].map((endpoint) => ({ endpoint }));
    const mistakes = await mistakesOfAll(body, 'guarded');
    expect(mistakes.map(({ index, path }) => `${index} ${path}`)).toEqual(['1 endpoint', '3 endpoint']);
  });
});

describe('the time zone', () => {
  test.each(['Mars/Olympus', 'UTC+3', 'PST', 'local', ''])('%j does not exist, and is a mistake', (timezone) => {
    expect(wrong({ timezone })).toEqual(['timezone: expected an IANA time zone such as America/New_York']);
  });

  test('is the recipient’s: the agent’s hours are read in it', () => {
    // 12:00 in UTC on a Tuesday: 13:00 in Berlin, 7:00 in New York.
    expect(accept({ timezone: 'Europe/Berlin' }, 'office').plan.at).toBe(plus(0));
    expect(accept({}, 'office').plan.at).toBe('2026-11-24T14:00:00.000Z');
    expect(accept({ timezone: 'america/los_angeles' }, 'office').facts.timezone).toBe('america/los_angeles');
  });
});

describe('the deadline', () => {
  test('is an instant with an offset, and comes back in UTC', () => {
    expect(accept({ callDeadline: '2026-11-25T09:30:00+05:30' }).facts.callDeadline).toBe('2026-11-25T04:00:00.000Z');
  });

  test.each(['2026-11-25', '2026-11-25T09:00', 'tomorrow', '', '2026-02-30T00:00:00Z', '2026-11-25T09:00:00'])(
    '%j, which names no instant, is a mistake',
    (callDeadline) => {
      expect(wrong({ callDeadline })).toEqual([
        'callDeadline: expected a date and time with its offset, 2026-11-24T09:00:00Z',
      ]);
    },
  );

  test('that has passed is a mistake, and this very instant has', () => {
    expect(wrong({ callDeadline: plus(-1) })).toEqual(['callDeadline: lies in the past']);
    expect(wrong({ callDeadline: plus(0) })).toEqual(['callDeadline: lies in the past']);
    expect(wrong({ callDeadline: plus(1) })).toEqual([]);
  });

  test('that is not after the scheduled time is a mistake', () => {
    const fields = { scheduledTime: plus(HOUR), callDeadline: plus(HOUR) };
    expect(wrong(fields)).toEqual(['callDeadline: is not after `scheduledTime`: the call could never go out']);
    expect(wrong({ ...fields, callDeadline: plus(HOUR + 1) })).toEqual([]);
  });

  test('may be spelled callDeadLine, and both where they mean the same instant', () => {
    const callDeadLine = '2026-11-25T05:00:00-05:00';
    expect(accept({ callDeadLine }).facts.callDeadline).toBe('2026-11-25T10:00:00.000Z');
    expect(accept({ callDeadLine, callDeadline: null }).facts.callDeadline).toBe('2026-11-25T10:00:00.000Z');
    expect(wrong({ callDeadLine, callDeadline: '2026-11-25T10:00:00Z' })).toEqual([]);
    expect(wrong({ callDeadLine, callDeadline: '2026-11-25T10:00:01Z' })).toEqual([
      'callDeadLine: is another spelling of `callDeadline`, and the two differ: send one of them',
    ]);
    expect(wrong({ callDeadLine: plus(-1) })).toEqual(['callDeadLine: lies in the past']);
    expect(wrong({ callDeadLine: 'x', callDeadline: 'y' })).toHaveLength(2);
  });

  test('of a client that means “none” by the last instant of the calendar is taken', () => {
    expect(accept({ callDeadline: '9999-12-31T23:59:59.9999999Z' }).facts.callDeadline).toBe(
      '9999-12-31T23:59:59.999Z',
    );
  });
});

describe('the scheduled time', () => {
  test('with an offset is that instant, and without one is wall-clock time in the recipient’s zone', () => {
    const scheduled = (fields: object) => accept(fields).facts.scheduledTime;
    expect(scheduled({ scheduledTime: '2026-11-25T09:00:00-05:00' })).toBe('2026-11-25T14:00:00.000Z');
    expect(scheduled({ scheduledTime: '2026-11-25T09:00', timezone: 'America/New_York' })).toBe(
      '2026-11-25T14:00:00.000Z',
    );
    expect(scheduled({ scheduledTime: '2026-11-25T09:00' })).toBe('2026-11-25T09:00:00.000Z');
    expect(accept({ scheduledTime: '2026-11-25T09:00' }, 'bare').facts.scheduledTime).toBe('2026-11-25T08:00:00.000Z');
  });

  test('that daylight saving skips means the first instant after, and one that exists twice the first of the two', () => {
    const inNewYork = (scheduledTime: string) =>
      accept({ scheduledTime, timezone: 'America/New_York' }).facts.scheduledTime;
    expect(inNewYork('2027-03-14T02:30')).toBe('2027-03-14T07:00:00.000Z');
    expect(inNewYork('2027-11-07T01:30')).toBe('2027-11-07T05:30:00.000Z');
  });

  test('may have passed: then the call goes out at once', () => {
    const { facts, plan } = accept({ scheduledTime: plus(-24 * HOUR) });
    expect(facts.scheduledTime).toBe(plus(-24 * HOUR));
    expect(plan).toMatchObject({ at: plus(0), waitingFor: null });
  });

  test('that is no date and time is a mistake, and so is one that no calendar of ours reaches', () => {
    expect(wrong({ scheduledTime: '09:00' })).toEqual([
      expect.stringMatching(/^scheduledTime: expected a date and time,/),
    ]);
    expect(wrong({ scheduledTime: '9999-12-31T23:59:59Z' })).toEqual([
      'scheduledTime: expected a time before the year 2200',
    ]);
  });

  test('with a time zone that does not exist is one mistake, not two', () => {
    const fields = { scheduledTime: '2026-11-25T09:00', callDeadline: '2026-11-25T08:30:00Z' };
    expect(wrong(fields)).toHaveLength(1);
    expect(wrong({ ...fields, timezone: 'Mars/Olympus' })).toEqual([expect.stringMatching(/^timezone: /)]);
    expect(wrong({ ...fields, timezone: 9 })).toEqual([expect.stringMatching(/^timezone: /)]);
  });
});

describe('the variables of an agent that needs them', () => {
  const needs = (name: string) => `additionalData.${name}: expected a value, which the prompt of the agent needs`;

  test('are those of its prompt that neither the call nor the agent has, each a mistake at its own path', () => {
    expect(wrong({}, 'exact')).toEqual([needs('customer.firstName'), needs('date')]);
    expect(wrong({ additionalData: { customer: { lastName: 'L' }, date: 'Monday' } }, 'exact')).toEqual([
      needs('customer.firstName'),
    ]);
    expect(wrong({ additionalData: { customer: { firstName: 'Ada' }, date: 0 } }, 'exact')).toEqual([]);
  });

  test('are missing where the call blanks them with null', () => {
    const additionalData = { customer: { firstName: 'Ada' }, date: '', clinic: null };
    expect(wrong({ additionalData }, 'exact')).toEqual([needs('clinic')]);
  });

  test('are told in a bulk request with the index of each call', async () => {
    const whole = { endpoint: NUMBER, additionalData: { customer: { firstName: 'Ada' }, date: 'Monday' } };
    const mistakes = await mistakesOfAll([whole, { endpoint: NUMBER, additionalData: { date: 'Monday' } }], 'exact');
    expect(mistakes).toMatchObject([{ index: 1, path: 'additionalData.customer.firstName' }]);
  });

  test('are not told beside variables that cannot be read', () => {
    expect(wrong({ additionalData: 'Ada' }, 'exact')).toEqual([expect.stringMatching(/^additionalData: expected/)]);
  });
});

describe('the plan', () => {
  test('of a call that may go out at once is the moment of its acceptance', () => {
    expect(accept({}).plan).toEqual({ at: plus(0), waitingFor: null, summary: 'may go out now' });
  });

  test('waits for the scheduled time, and from there on for the calling window', () => {
    expect(accept({ scheduledTime: plus(HOUR) }).plan).toMatchObject({ at: plus(HOUR), waitingFor: 'scheduled-time' });
    expect(
      accept({ scheduledTime: '2026-11-28T10:00:00Z', callDeadline: '2026-12-05T00:00:00Z' }, 'office').plan,
    ).toMatchObject({ at: '2026-11-30T14:00:00.000Z', waitingFor: 'calling-window' });
  });

  test('may lie past the deadline: a Friday evening, weekdays only and 24 hours', () => {
    const friday = Date.parse('2026-11-27T23:00:00Z');
    const { facts, plan } = accept({}, 'office', friday);
    expect(facts.callDeadline).toBe('2026-11-28T23:00:00.000Z');
    expect(plan.at).toBe('2026-11-30T14:00:00.000Z');
  });

  test('is the deadline where no window ever opens', () => {
    const { facts, plan } = accept({}, 'never');
    expect(plan).toMatchObject({ at: facts.callDeadline, waitingFor: 'calling-window' });
  });
});
