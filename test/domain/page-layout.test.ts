import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeLayout, pageOf, pageSizes } from '../../src/domain/page-layout.ts';

describe('which page holds a call', () => {
  test('is told of every call, and of no other', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 })), (pages) => {
        const layout = encodeLayout(pages);
        expect(pages.map((_, index) => pageOf(layout, index))).toEqual(pages);
        expect([-1, pages.length, NaN].map((index) => pageOf(layout, index))).toEqual([null, null, null]);
      }),
    );
  });

  test('takes one run where calls lie together, so that a batch in order stays small', () => {
    expect(encodeLayout([0, 0, 0, 1, 1])).toEqual([0, 3, 1, 2]);
    expect(encodeLayout([])).toEqual([]);
  });

  test('tells how many calls each page has', () => {
    expect(pageSizes(encodeLayout([1, 0, 1, 1]))).toEqual([1, 3]);
  });
});
