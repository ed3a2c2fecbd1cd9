import type { Request } from 'express';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { Problem } from '../../src/api/problem.ts';
import { dateTime, flag, name, readQuery, repeatable, wholeNumber } from '../../src/api/query.ts';

const shape = {
  skip: wholeNumber(0, 10_000, 0),
  take: wholeNumber(1, 1_000, 20),
  agentId: repeatable(name),
  batchId: name.optional(),
  fromDate: dateTime.optional(),
  hangup: flag,
};

/** The query string as Express's simple parser hands it over. */
const read = <Shape extends z.ZodRawShape>(query: object, of: Shape) => readQuery({ query } as Request, of);

/** What a query string is refused for. */
function refusal(query: object, of: z.ZodRawShape = shape): string {
  try {
    read(query, of);
  } catch (error) {
    if (error instanceof Problem && error.status === 400) return error.message;
    throw error;
  }
  return 'taken';
}

describe('the query string', () => {
  test('has defaults for what is left out', () => {
    expect(read({}, shape)).toEqual({ skip: 0, take: 20, hangup: false });
  });

  test('has a parameter once or, where it may be repeated, several times', () => {
    expect(read({ agentId: 'a' }, shape).agentId).toEqual(['a']);
    expect(read({ agentId: ['a', 'b'] }, shape).agentId).toEqual(['a', 'b']);
    expect(refusal({ batchId: ['a', 'b'] })).toMatch(/^`batchId`: /);
    expect(refusal({ take: ['1', '2'] })).toMatch(/^`take`: /);
  });

  test('is refused with an unknown parameter, which is named, and so is the one that was meant', () => {
    expect(refusal({ agentID: 'a' })).toBe('Unknown query parameter `agentID`: did you mean `agentId`?');
    expect(refusal({ dryRun: 'true' }, { agentId: name })).toBe(
      'Unknown query parameter `dryRun`: known are `agentId`.',
    );
    expect(refusal({ verbose: '1' }, {})).toBe('Unknown query parameter `verbose`: there are none here.');
    expect(refusal({ ['x'.repeat(1_000)]: '1' }, {}).length).toBeLessThan(150);
  });

  test.each(['', '-1', '1.5', '1e3', 'ten', '0x10', '10001', '99999999999'])('is refused with `skip` %j', (skip) => {
    expect(refusal({ skip })).toBe('`skip`: expected a whole number from 0 to 10000');
  });

  test('takes from 1 to 1,000 rows', () => {
    expect(read({ take: '1' }, shape).take).toBe(1);
    expect(read({ take: '1000' }, shape).take).toBe(1_000);
    expect(refusal({ take: '0' })).not.toBe('taken');
    expect(refusal({ take: '1001' })).not.toBe('taken');
  });

  test.each([`a' OR OrgId = 'other`, 'a b', '', 'ä', 'a/b', 'x'.repeat(256)])(
    'is refused with the name %j, which could break out of a visibility query',
    (batchId) => {
      expect(refusal({ batchId })).toBe('`batchId`: expected letters, digits, `_`, `.` and `-`');
    },
  );

  test('has instants with their offset, and turns them to UTC', () => {
    expect(read({ fromDate: '2026-11-24T09:00:00+01:00' }, shape).fromDate).toBe('2026-11-24T08:00:00.000Z');
    for (const fromDate of ['2026-11-24', '2026-11-24T09:00:00', '2026-02-30T00:00:00Z', 'now', '']) {
      expect(refusal({ fromDate })).toMatch(/^`fromDate`: expected a date and time with an offset/);
    }
  });

  test('has flags that are true or false, and nothing else', () => {
    expect(read({ hangup: 'true' }, shape).hangup).toBe(true);
    expect(read({ hangup: 'false' }, shape).hangup).toBe(false);
    for (const hangup of ['', '1', 'TRUE', 'yes']) {
      expect(refusal({ hangup })).toBe('`hangup`: expected `true` or `false`');
    }
  });

  test('tells all that is wrong at once', () => {
    expect(refusal({ skip: 'x', hangup: 'x' })).toBe(
      '`skip`: expected a whole number from 0 to 10000; `hangup`: expected `true` or `false`',
    );
  });
});
