import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Pages, paginate, paginateAs } from '../../../src/api/accepting/pages.ts';
import type { PageCall } from '../../../src/contract/batch.ts';
import { type PackedPage, unpackPage } from '../../../src/contract/packed-page.ts';
import { pageOf } from '../../../src/domain/page-layout.ts';
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
const sizes = ({ loads }: Pages) => loads.map((load) => callsOf(load).length);

/** What a page that is loaded with this holds. */
const callsOf = (load: Uint8Array): readonly PageCall[] =>
  unpackPage(JSON.parse(Buffer.from(load).toString()) as PackedPage);

const allOf = ({ loads }: Pages): readonly PageCall[] => loads.flatMap(callsOf);

describe('the calls of a batch', () => {
  test('fill pages of up to 1,000', async () => {
    expect(sizes(await paginate(calls(1)))).toEqual([1]);
    expect(sizes(await paginate(calls(1_000)))).toEqual([1_000]);
    expect(sizes(await paginate(calls(1_001)))).toEqual([1_000, 1]);
    expect(sizes(await paginate(calls(2_500)))).toEqual([1_000, 1_000, 500]);
  });

  test('fill pages of up to 1 MB, which Temporal takes in one message, counted in bytes and not in characters', async () => {
    const pages = await paginate(calls(50, 60_000));
    expect(pages.loads.length).toBeGreaterThan(1);
    expect(allOf(pages)).toEqual(calls(50, 60_000));
    for (const load of pages.loads) {
      // What separates them comes on top.
      expect(load.byteLength).toBeLessThanOrEqual(1024 * 1024 + 2_000);
      expect(load.byteLength).toBeGreaterThan(256 * 1024);
    }
  });

  test('are dealt out in order of time, then of priority, then of the request, and none is lost', async () => {
    await fc.assert(
      fc.asyncProperty(some, async (wanted) => {
        const given = wanted.map(([minutes, priority], index) => call(index, minutes, priority));
        const before = [...given];
        expect(allOf(await paginate(given)).map(({ callId }) => callId)).toEqual(
          wanted
            .map(([minutes, priority], index) => ({ minutes, priority, index }))
            .sort((a, b) => a.minutes - b.minutes || b.priority - a.priority || a.index - b.index)
            .map(({ index }) => `batch-${index}`),
        );
        expect(given).toEqual(before); // answers are in its order
      }),
    );
  });

  test('lie on the page that the layout says', async () => {
    const dealt = Array.from({ length: 3_000 }, (_, index) => call(index, index % 3, index % 7));
    const { loads, layout } = await paginate(dealt);
    loads.forEach((load, page) => {
      for (const { callId } of callsOf(load)) expect(pageOf(layout, Number(callId.split('-')[1]))).toBe(page);
    });
  });

  test('are dealt out as a batch was opened, whatever has become of their times since', async () => {
    const before = Array.from({ length: 2_500 }, (_, index) => call(index, index % 3));
    const since = Array.from({ length: 2_500 }, (_, index) => call(index, index % 5));
    const first = await paginate(before);
    const again = await paginateAs(first.layout, since);
    expect(again.layout).toEqual(first.layout);
    const ids = ({ loads }: Pages) =>
      loads.map((load) =>
        callsOf(load)
          .map(({ callId }) => callId)
          .sort(),
      );
    expect(ids(again)).toEqual(ids(first));
    expect([...allOf(again)].sort((a, b) => a.callId.localeCompare(b.callId))).toEqual(
      [...since].sort((a, b) => a.callId.localeCompare(b.callId)),
    );
  });
});

/** Minutes from now and priority of some calls. */
const some = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.integer({ min: -2, max: 2 })), { minLength: 1, maxLength: 60 });
