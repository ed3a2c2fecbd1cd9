import { describe, expect, test } from 'vitest';
import { Problem } from '../../../src/api/problem.ts';
import { readCalls } from '../../../src/api/accepting/read-calls.ts';
import { accept, acceptance, mistakesIn, mistakesOf, NUMBER, wrong } from '../support.ts';

describe('the fields of a call', () => {
  test('one with an endpoint alone is a call, and null means the same as leaving a field out', () => {
    const nothing = {
      additionalData: null,
      priority: null,
      callDeadline: null,
      callDeadLine: null,
      timezone: null,
      overrideOutboundConfig: null,
      scheduledTime: null,
    };
    expect(accept(nothing)).toEqual(accept({}));
  });

  test('the endpoint must be there, and be text with at least one character', () => {
    expect(mistakesOf({})).toEqual([{ index: null, path: 'endpoint', message: 'expected a string: it is missing' }]);
    expect(wrong({ endpoint: null })).toEqual(['endpoint: expected a string, got null']);
    expect(wrong({ endpoint: 14155550001 })).toEqual(['endpoint: expected a string, got a number']);
    expect(wrong({ endpoint: '' })).toEqual(['endpoint: expected at least 1 character']);
  });

  test.each([
    ['2147483648', 2 ** 31],
    ['-2147483649', -(2 ** 31) - 1],
    ['1e300', 1e300],
  ])('a priority beyond int32 is a mistake: %s', (_text, priority) => {
    expect(wrong({ priority })).toEqual(['priority: expected a whole number from -2147483648 to 2147483647']);
  });

  test('the first and the last int32 are priorities', () => {
    expect(accept({ priority: 2 ** 31 - 1 }).facts.priority).toBe(2 ** 31 - 1);
    expect(accept({ priority: -(2 ** 31) }).facts.priority).toBe(-(2 ** 31));
  });

  test('a priority that is not whole, or no number, is a mistake', () => {
    expect(wrong({ priority: 1.5 })).toEqual(['priority: expected a whole number, got a number that is not whole']);
    expect(wrong({ priority: '7' })).toEqual([
      'priority: expected a whole number from -2147483648 to 2147483647, got a string',
    ]);
  });

  test('additionalData is an object, whatever its values, and comes back as it was sent', () => {
    const additionalData = { name: 'Ada', list: [1, null, { deep: true }], __proto_: 1, '': 0 };
    expect(accept({ additionalData }).facts.additionalData).toEqual(additionalData);
    expect(wrong({ additionalData: ['a'] })).toEqual(['additionalData: expected an object, got an array']);
    expect(wrong({ additionalData: 'a' })).toEqual(['additionalData: expected an object, got a string']);
  });

  test('a variable that is called __proto__ is one like any other', () => {
    const body: unknown = JSON.parse(`{"endpoint": "${NUMBER}", "additionalData": {"__proto__": {"a": 1}}}`);
    const [call] = readCalls([body], acceptance());
    expect(JSON.stringify(call?.facts.additionalData)).toBe('{"__proto__":{"a":1}}');
  });

  test('texts must be texts', () => {
    const fields = { callDeadline: 1, callDeadLine: true, timezone: {}, scheduledTime: [] };
    expect(wrong(fields)).toEqual([
      'callDeadline: expected a string, got a number',
      'callDeadLine: expected a string, got a boolean',
      'timezone: expected a string, got an object',
      'scheduledTime: expected a string, got an array',
    ]);
  });
});

describe('an unknown field', () => {
  test.each([
    ['callDeadlin', 'callDeadline'],
    ['calldeadline', 'callDeadline'],
    ['Endpoint', 'endpoint'],
    ['additional_data', 'additionalData'],
    ['timeZone', 'timezone'],
  ])('%s is refused by name, and %s is suggested', (sent, meant) => {
    expect(wrong({ [sent]: 'x' })).toEqual([`${sent}: unknown field: did you mean \`${meant}\`?`]);
  });

  test('that is like none is told which there are', () => {
    expect(wrong({ webhookUrl: 'x' })).toEqual([
      'webhookUrl: unknown field: known are endpoint, additionalData, priority, callDeadline, callDeadLine, timezone, overrideOutboundConfig, scheduledTime',
    ]);
  });

  test('is refused inside overrideOutboundConfig too', () => {
    expect(wrong({ overrideOutboundConfig: { phonenumber: '+14155550100', trunk: 'demo' } })).toEqual([
      'overrideOutboundConfig.phonenumber: unknown field: did you mean `phoneNumber`?',
      'overrideOutboundConfig.trunk: unknown field: known are phoneNumber, credentialsId, displayName',
    ]);
  });

  test('with a long name is not repeated whole', () => {
    const [mistake] = mistakesOf({ endpoint: NUMBER, ['x'.repeat(10_000)]: 1 });
    expect(mistake?.path).toBe('x'.repeat(100));
  });
});

describe('a body', () => {
  test('tells every mistake of every call at once, each with its index and its path', () => {
    const body = [
      { endpoint: 'abc', priority: 1.5, timezone: 'Mars/Olympus', callDeadline: '2020-01-01T00:00:00Z' },
      { endpoint: NUMBER },
      { endpoint: '', overrideOutboundConfig: { credentialsId: 'nothing', phoneNumber: 5 }, callDeadlin: null },
      'a string',
      null,
    ];
    const mistakes = mistakesIn(() => readCalls(body, acceptance()));
    expect(mistakes.map(({ index, path }) => `${index} ${path}`).sort()).toEqual([
      '0 callDeadline',
      '0 endpoint',
      '0 priority',
      '0 timezone',
      '2 callDeadlin',
      '2 endpoint',
      '2 overrideOutboundConfig.credentialsId',
      '2 overrideOutboundConfig.phoneNumber',
      '3 ',
      '4 ',
    ]);
  });

  test('that is no array, or an empty one, is a mistake of its own', () => {
    expect(mistakesIn(() => readCalls({ endpoint: NUMBER }, acceptance()))).toEqual([
      { index: null, path: '', message: 'expected an array of calls' },
    ]);
    expect(mistakesIn(() => readCalls(undefined, acceptance()))).toHaveLength(1);
    expect(mistakesIn(() => readCalls([], acceptance()))).toEqual([
      { index: null, path: '', message: 'expected at least one call' },
    ]);
  });

  test('holds up to 1,000 calls, in their order, and one more is too large', () => {
    const body = Array.from({ length: 1_000 }, (_, priority) => ({ endpoint: NUMBER, priority }));
    expect(readCalls(body, acceptance()).map(({ facts }) => facts.priority)).toEqual(body.map((one) => one.priority));
    const more = [...body, { endpoint: NUMBER }];
    expect(() => readCalls(more, acceptance())).toThrow(
      expect.toSatisfy((error: unknown) => error instanceof Problem && error.status === 413),
    );
  });

  test('with more than 10,000 mistakes says that it is not looked at any further', () => {
    const bad = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x${index}`, 1]));
    const mistakes = mistakesIn(() => readCalls(Array(1_000).fill(bad), acceptance()));
    expect(mistakes.length).toBeGreaterThan(10_000);
    expect(mistakes.length).toBeLessThan(10_300);
    expect(mistakes.at(-1)?.message).toMatch(/^from here on the calls were not looked at/);
  });
});

describe('the size of a call', () => {
  test('is at most 64 KB of JSON', () => {
    const around = Buffer.byteLength(JSON.stringify({ endpoint: NUMBER, additionalData: { a: '' } }));
    const fits = { a: 'é'.repeat((64 * 1024 - around) / 2) };
    expect(accept({ additionalData: fits }).facts.additionalData).toEqual(fits);
    expect(wrong({ additionalData: { a: `${fits.a}éé` } })).toEqual([
      ': expected at most 64 KB of JSON a call, got 65 KB',
    ]);
  });

  test('has a depth too: a call is a mistake that could not be written as JSON again', () => {
    const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    // The call and its additionalData are two more.
    expect(mistakesOf({ endpoint: NUMBER, additionalData: { a: nested(98) } })).toEqual([]);
    const tooDeep = [{ index: null, path: '', message: 'expected at most 100 objects and arrays within each other' }];
    expect(mistakesOf({ endpoint: NUMBER, additionalData: { a: nested(99) } })).toEqual(tooDeep);
    expect(mistakesOf({ endpoint: NUMBER, additionalData: { a: nested(200_000) } })).toEqual(tooDeep);
  });
});
