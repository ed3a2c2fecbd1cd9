import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../../src/api/problem.ts';
import { readImportBody } from '../../../src/api/suppressing/import-body.ts';
import { configuration } from '../support.ts';

const read = (body: unknown, orgId = 'acme') => readImportBody(body, configuration, orgId);

/** Why a body is refused: `index path message` of each mistake. */
async function refused(body: unknown, orgId = 'acme'): Promise<{ status: number; detail: string; errors: string[] }> {
  const problem = await read(body, orgId).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(problem instanceof Problem)) throw new Error('Expected it to be refused', { cause: problem });
  const errors = problem.errors?.map(({ index, path, message }) => `${index} ${path}: ${message}`) ?? [];
  return { status: problem.status, detail: problem.message, errors };
}

describe('the body of an import', () => {
  test('holds endpoints, alone or with a reason, however they are written', async () => {
    expect(
      await read([
        '+1 (415) 555-0001',
        { endpoint: 'SIP:Ada@Example.com', reason: ' asked ' },
        { endpoint: '+14155550001' },
      ]),
    ).toEqual([
      { endpoint: '+14155550001', reason: null },
      { endpoint: 'sip:Ada@example.com', reason: 'asked' },
      { endpoint: '+14155550001', reason: null },
    ]);
  });

  test('is refused whole, with every mistake of every item, and without a number in it', async () => {
    const { status, detail, errors } = await refused([
      '+14155550001',
      '4155550001',
      { endpoint: '+1415', reason: 'x'.repeat(101) },
      { endpont: '+14155550001' },
      7,
      null,
    ]);
    expect(status).toBe(400);
    expect(detail).toContain('nothing was suppressed');
    expect(errors).toEqual([
      '1 endpoint: has no +: send + and the number with its country code (E.164)',
      '2 reason: expected at most 100 characters',
      expect.stringContaining('2 endpoint: is too short'),
      '3 endpoint: expected a string: it is missing',
      '3 endpont: unknown field: did you mean `endpoint`?',
      '4 : expected an object, got a number',
      '5 : expected an object, got null',
    ]);
    expect(errors.join()).not.toMatch(/\d{5}/);
  });

  test('is an array of at least one endpoint, and of at most 10,000', async () => {
    for (const body of [undefined, {}, 'x', []]) expect((await refused(body)).status).toBe(400);
    expect((await refused(Array(10_001).fill('+14155550001'))).status).toBe(413);
    expect(await read(Array(10_000).fill('+14155550001'))).toHaveLength(10_000);
  });

  test('may hold anything where a trunk takes anything', async () => {
    expect((await refused(['1001'])).status).toBe(400);
    expect(await read(['1001', '+1 415 555 0001'], 'loose')).toMatchObject([
      { endpoint: '1001' },
      { endpoint: '+14155550001' },
    ]);
  });

  test('whatever it is, is read or refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())), async (body) => {
        await read(body).catch((error: unknown) => expect(error).toBeInstanceOf(Problem));
      }),
    );
  });
});
