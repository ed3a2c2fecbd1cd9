import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashRequest, keyedId } from '../../../src/api/accepting/idempotency-key.ts';

/** The same JSON, the fields of its objects the other way round. */
function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, reversed(inner)]),
  );
}

describe('what a request asks for', () => {
  const hashOf = (body: unknown, more: object = {}) => hashRequest('bulk', { agentId: 'demo', body, ...more });

  test('is the same in whatever order the fields of its JSON are written, and only then', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (one, other) => {
        // As it comes out of the parser: -0 is 0.
        const [a, b] = [one, other].map((value) => JSON.parse(JSON.stringify(value)) as unknown);
        expect(await hashOf(reversed(a))).toBe(await hashOf(a));
        expect((await hashOf(a)) === (await hashOf(b))).toBe(isDeepStrictEqual(a, b));
      }),
    );
  });

  test.each([
    ['the order of calls', [{ a: 1 }, { a: 2 }], [{ a: 2 }, { a: 1 }]],
    ['where one call ends', [{ a: 1 }, { b: 2 }], [{ a: 1, b: 2 }]],
    ['whether it is an array', [{ a: 1 }], { a: 1 }],
    ['how long an array is', [], [null]],
    ['what kind a value is of', [{ a: 1 }], [{ a: '1' }]],
    ['null and nothing', [{ a: null }], [{}]],
  ])('is another for %s', async (_what, one, other) => {
    expect(await hashOf(one)).not.toBe(await hashOf(other));
  });

  test('is another for another agent, another name and another path', async () => {
    const hashes = await Promise.all([
      hashOf([]),
      hashOf([], { agentId: 'other' }),
      hashOf([], { batchName: 'spring' }),
      hashRequest('call', { agentId: 'demo', body: [] }),
    ]);
    expect(new Set(hashes).size).toBe(4);
  });

  test('is told of JSON of any depth', async () => {
    const deep = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)) as unknown;
    expect(await hashOf(deep)).toMatch(/^[\w-]{43}$/);
  });
});

describe('the ID that a key stands for', () => {
  test('is the same in every version, or a repeat after an upgrade would dial everybody again', () => {
    expect(keyedId('acme', 'a key')).toBe('26757acd-c5e6-59cc-8e42-24d0ae639101');
  });

  test('is another for every organization and every key, however the two are put together', () => {
    const ids = [keyedId('a', 'b'), keyedId('a', 'c'), keyedId('ab', ''), keyedId('', 'ab'), keyedId('a","b', 'c')];
    expect(new Set(ids).size).toBe(5);
  });
});
