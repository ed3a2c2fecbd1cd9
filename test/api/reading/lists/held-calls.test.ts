import { array, assert, asyncProperty, boolean, integer, nat, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countHeldCalls, type HeldPlace, readHeldCalls } from '../../../../src/api/reading/lists/held-calls.ts';
import type { HeldCall } from '../../../../src/contract/batch.ts';
import { byNewest } from '../../../../src/api/reading/lists/held-batches.ts';
import { batchOf, factsOf, FakePages, pageCallOf } from '../pages.ts';

const NOW = { now: '2026-11-24T13:00:00.000Z' };
const BATCHES = ['a', 'b', 'c'].map((batchId) => batchOf(batchId)).sort(byNewest);

const held = (canceled = false): HeldCall => ({
  facts: factsOf('a'),
  input: pageCallOf('a', 0).input,
  status: canceled ? 'Canceled' : 'Created',
  reason: canceled ? 'request' : null,
  completedTime: canceled ? NOW.now : null,
});

/** Sizes of the pages of each of the three batches. */
const sizes = array(array(integer({ min: 1, max: 7 }), { maxLength: 3 }), { minLength: 3, maxLength: 3 });

function pagesOf(shape: readonly (readonly number[])[]): { pages: FakePages; all: string[] } {
  const pages = new FakePages();
  const all: string[] = [];
  for (const [index, { batchId }] of BATCHES.entries()) {
    const calls = (shape[index] ?? []).map((size) => Array.from({ length: size }, () => held()));
    pages.add(batchId, calls);
    for (const [page, some] of calls.entries()) {
      for (const place of some.keys()) all.push(`${batchId}/${batchId}-page-${page}/${place}`);
    }
  }
  return { pages, all };
}

/** Walks to the end, `take` at a time. */
async function walk(pages: FakePages, take: number, between: () => void = () => undefined): Promise<string[]> {
  const seen: string[] = [];
  let from: HeldPlace | null = null;
  do {
    const part = await readHeldCalls(pages.deps, BATCHES, NOW, { from, skip: 0, take });
    seen.push(...part.rows.map(({ call }) => call.callId));
    from = part.next;
    between();
  } while (from !== null);
  return seen;
}

describe('a walk over calls that have not started', () => {
  test('meets each once, in the order of batch, page and place, whatever is taken at a time', async () => {
    await assert(
      asyncProperty(sizes, integer({ min: 1, max: 9 }), async (shape, take) => {
        const { pages, all } = pagesOf(shape);
        expect(await walk(pages, take)).toEqual(all);
        expect(await countHeldCalls(pages.deps, BATCHES, NOW)).toBe(all.length);
      }),
    );
  });

  test('misses none that has not started when it ends, however many start meanwhile, and meets none twice', async () => {
    const starts = array(record({ batch: nat(2), page: nat(2), place: nat(6) }), { maxLength: 60 });
    await assert(
      asyncProperty(sizes, integer({ min: 1, max: 4 }), starts, async (shape, take, coming) => {
        const { pages, all } = pagesOf(shape);
        const seen = await walk(pages, take, () => {
          for (const { batch, page, place } of coming.splice(0, 2)) {
            pages.start(`${BATCHES[batch]?.batchId}-page-${page}`, place);
          }
        });
        const still = await walk(pages, 100);
        expect(seen.filter((callId) => still.includes(callId))).toEqual(still);
        expect(new Set(seen).size).toBe(seen.length);
        expect(all).toEqual(expect.arrayContaining(seen));
      }),
    );
  });

  test('skips exactly as many as it is asked to', async () => {
    await assert(
      asyncProperty(sizes, nat(70), integer({ min: 1, max: 9 }), async (shape, skip, take) => {
        const { pages, all } = pagesOf(shape);
        const part = await readHeldCalls(pages.deps, BATCHES, NOW, { from: null, skip, take });
        expect(part.rows.map(({ call }) => call.callId)).toEqual(all.slice(skip, skip + take));
        expect(part.skipped).toBe(Math.min(skip, all.length));
      }),
    );
  });

  test('goes on after a batch that has started all its calls meanwhile', async () => {
    const { pages, all } = pagesOf([[3], [3], [3]]);
    const first = await readHeldCalls(pages.deps, BATCHES, NOW, { from: null, skip: 0, take: 4 });
    for (const place of [0, 1, 2]) pages.start(`${BATCHES[1]?.batchId}-page-0`, place);
    const left = BATCHES.filter((_, index) => index !== 1);
    const rest = await readHeldCalls(pages.deps, left, NOW, { from: first.next, skip: 0, take: 9 });
    expect(rest.rows.map(({ call }) => call.callId)).toEqual(all.slice(6));
  });

  test('asks no page that lies before where it goes on', async () => {
    const { pages } = pagesOf([[7, 7, 7], [7], []]);
    const from = { createdTime: BATCHES[0]?.facts.createdTime ?? '', batchId: 'c', page: 2, place: 3 };
    await readHeldCalls(pages.deps, BATCHES, NOW, { from, skip: 0, take: 4 });
    expect(pages.questions).toBe(1);
  });
});

describe('a call that no workflow stands for', () => {
  test('is what its page says as long as the batch may start it', async () => {
    const pages = new FakePages();
    pages.add('a', [[held(), held(true)]]);
    const { rows } = await readHeldCalls(pages.deps, [batchOf('a')], NOW, { from: null, skip: 0, take: 9 });
    expect(rows.map(({ call }) => call.status)).toEqual(['Created', 'Canceled']);
  });

  test('is Canceled once its batch is over, though its page was terminated and does not know', async () => {
    await assert(
      asyncProperty(boolean(), async (canceled) => {
        const pages = new FakePages();
        pages.add('a', [[held(canceled)]]);
        const over = batchOf('a', { execution: 'TERMINATED', closeTime: new Date('2026-11-24T14:00:00.000Z') });
        const { rows } = await readHeldCalls(pages.deps, [over], NOW, { from: null, skip: 0, take: 9 });
        expect(rows).toMatchObject([
          { call: { status: 'Canceled' }, completedTime: canceled ? NOW.now : '2026-11-24T14:00:00.000Z' },
        ]);
      }),
    );
  });
});
