import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { readCalls } from '../../../src/api/accepting/read-calls.ts';
import { Problem } from '../../../src/api/problem.ts';
import { acceptance, mistakesOfAll, NUMBER } from '../support.ts';

/** What a bulk request with this body is refused with. */
async function problemOf(body: unknown): Promise<Problem> {
  const refused: unknown = await readCalls(body, acceptance()).catch((error: unknown) => error);
  if (!(refused instanceof Problem)) throw new Error('Expected it to be refused', { cause: refused });
  return refused;
}

describe('the body of a bulk request', () => {
  test('tells every mistake of every call at once, each with its index and its path', async () => {
    const body = [
      { endpoint: 'abc', priority: 1.5, timezone: 'Mars/Olympus', callDeadline: '2020-01-01T00:00:00Z' },
      { endpoint: NUMBER },
      { endpoint: '', overrideOutboundConfig: { credentialsId: 'nothing', phoneNumber: 5 }, callDeadlin: null },
      'a string',
      null,
    ];
    const mistakes = await mistakesOfAll(body);
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

  test('that is no array, or an empty one, is a mistake of its own', async () => {
    expect(await mistakesOfAll({ endpoint: NUMBER })).toEqual([
      { index: null, path: '', message: 'expected an array of calls' },
    ]);
    expect(await mistakesOfAll(undefined)).toHaveLength(1);
    expect(await mistakesOfAll([])).toEqual([{ index: null, path: '', message: 'expected at least one call' }]);
  });

  test('holds up to 50,000 calls, in their order, and one more is too large', async () => {
    const body = Array.from({ length: 50_000 }, (_, priority) => ({ endpoint: NUMBER, priority }));
    const calls = await readCalls(body, acceptance());
    expect(calls.map(({ facts }) => facts.priority)).toEqual(body.map((one) => one.priority));
    expect(await problemOf([...body, { endpoint: NUMBER }])).toMatchObject({ status: 413 });
  });

  test('with more than 1,000 mistakes has the first of them listed, and all of them counted', async () => {
    const body = [{ endpoint: NUMBER }, ...Array<object>(1_500).fill({ endpoint: '', priority: '' })];
    const { message, errors, totalErrors } = await problemOf(body);
    expect(message).toBe('The body has 3000 mistakes, of which the first 1000 are listed: nothing was scheduled.');
    expect(totalErrors).toBe(3_000);
    expect(errors).toHaveLength(1_000);
    expect(errors?.at(-1)).toMatchObject({ index: 500 });
  });

  test('of 32 MB of fields that do not exist is read to its end, and every one of them counts', async () => {
    const garbage = Object.fromEntries(Array.from({ length: 6_000 }, (_, index) => [`x${index}`, 0]));
    const calls = Array<object>(600).fill({ endpoint: NUMBER, ...garbage });
    const { totalErrors, errors } = await problemOf(calls);
    expect(totalErrors).toBe(3_600_000);
    expect(errors).toHaveLength(1_000);
  });

  test('is read in turns: whatever else the process has to do is done meanwhile', async () => {
    let isRead = false;
    let turns = 0;
    const reading = readCalls(Array<object>(50_000).fill({ endpoint: NUMBER }), acceptance()).then(
      () => (isRead = true),
    );
    for (; !isRead; turns += 1) await turn();
    await reading;
    expect(turns).toBeGreaterThan(5);
  });
});
