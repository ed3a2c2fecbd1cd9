import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { paginate } from '../../../src/api/accepting/pages.ts';
import type { PageCall } from '../../../src/contract/batch.ts';
import { accept, agentNamed } from '../support.ts';

const { facts, plan, normalizedEndpoint } = accept({});

/** A call of a batch, due `minutes` from now, of about `bytes` more than it needs. */
function call(index: number, minutes = 0, priority = 1, bytes = 0): PageCall {
  const at = new Date(Date.parse(plan.at) + minutes * 60_000).toISOString();
  return {
    callId: `batch-${index}`,
    facts: { ...facts, batchId: 'batch', priority, additionalData: bytes > 0 ? { a: 'é'.repeat(bytes / 2) } : null },
    input: {
      endpoint: normalizedEndpoint,
      plan: { ...plan, at },
      retry: agentNamed('demo').retry,
      onVoicemail: 'complete',
      priorityKey: 49,
      fairnessKey: 'batch',
      longestCallMs: 1,
    },
    endpointHash: '',
    searchable: [],
    summary: '',
  };
}

const calls = (count: number, bytes = 0) => Array.from({ length: count }, (_, index) => call(index, 0, 1, bytes));
const sizes = (pages: PageCall[][]) => pages.map((page) => page.length);

describe('the calls of a batch', () => {
  test('fill pages of up to 1,000', () => {
    expect(sizes(paginate(calls(1)))).toEqual([1]);
    expect(sizes(paginate(calls(1_000)))).toEqual([1_000]);
    expect(sizes(paginate(calls(1_001)))).toEqual([1_000, 1]);
    expect(sizes(paginate(calls(2_500)))).toEqual([1_000, 1_000, 500]);
  });

  test('fill pages of up to 1 MB, which Temporal takes in one message, counted in bytes and not in characters', () => {
    const pages = paginate(calls(50, 60_000));
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flat()).toHaveLength(50);
    for (const page of pages) {
      const bytes = page.reduce((sum, one) => sum + Buffer.byteLength(JSON.stringify(one)), 0);
      expect(bytes).toBeLessThanOrEqual(1024 * 1024);
    }
    expect(sizes(pages).slice(0, -1)).toEqual(Array(pages.length - 1).fill(sizes(pages)[0]));
  });

  test('are dealt out in order of time, then of priority, then of the request, and none is lost', () => {
    const some = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.integer({ min: -2, max: 2 })), { maxLength: 60 });
    fc.assert(
      fc.property(some, (wanted) => {
        const given = wanted.map(([minutes, priority], index) => call(index, minutes, priority));
        const before = [...given];
        const expected = wanted
          .map(([minutes, priority], index) => ({ minutes, priority, index }))
          .sort((a, b) => a.minutes - b.minutes || b.priority - a.priority || a.index - b.index)
          .map(({ index }) => `batch-${index}`);
        expect(
          paginate(given)
            .flat()
            .map(({ callId }) => callId),
        ).toEqual(expected);
        expect(given).toEqual(before); // answers are in its order
      }),
    );
  });
});
