import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeLayout, encodeLayout, pageOf, pageSizes } from '../../src/domain/page-layout.ts';

/** The page of each call of a batch, in runs and one by one. */
const pages = fc
  .array(fc.tuple(fc.nat({ max: 60 }), fc.integer({ min: 1, max: 20 })), { maxLength: 40 })
  .map((runs) => runs.flatMap(([page, calls]) => Array<number>(calls).fill(page)));

describe('the layout of a batch', () => {
  test('tells the page of every call of the request, and of none beside', () => {
    fc.assert(
      fc.property(pages, (given) => {
        const layout = encodeLayout(given);
        expect(given.map((_, index) => pageOf(layout, index))).toEqual(given);
        expect(pageOf(layout, given.length)).toBeNull();
        expect(pageOf(layout, -1)).toBeNull();
        expect(decodeLayout(layout)).toEqual(given);
      }),
    );
  });

  test('is as long as there are changes of page: two numbers for a batch of one page', () => {
    expect(encodeLayout(Array<number>(1_000).fill(0))).toEqual([0, 1_000]);
    expect(encodeLayout([0, 0, 1, 0])).toEqual([0, 2, 1, 1, 0, 1]);
    expect(encodeLayout([])).toEqual([]);
  });

  test('tells how many calls each page has', () => {
    expect(pageSizes(encodeLayout([1, 0, 1, 1]))).toEqual([1, 3]);
  });
});
