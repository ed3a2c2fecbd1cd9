import { describe, expect, test } from 'vitest';
import { readCalls } from '../../../src/api/accepting/read-calls.ts';
import { accept, acceptance, mistakesOf, NUMBER, wrong } from '../support.ts';

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

  test('a variable that is called __proto__ is one like any other', async () => {
    const body: unknown = JSON.parse(`{"endpoint": "${NUMBER}", "additionalData": {"__proto__": {"a": 1}}}`);
    const [call] = await readCalls([body], acceptance());
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
