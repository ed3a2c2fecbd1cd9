import type { PageLayout } from '../contract/batch.ts';

/** The layout of calls that lie on these pages, in the order of the request. */
export function encodeLayout(pages: readonly number[]): PageLayout {
  const layout: number[] = [];
  let run = 0;
  pages.forEach((page, index) => {
    run += 1;
    if (pages[index + 1] === page) return;
    layout.push(page, run);
    run = 0;
  });
  return layout;
}

/** The page of every call, in the order of the request: what {@link encodeLayout} was given. */
export const decodeLayout = (layout: PageLayout): number[] =>
  runsOf(layout).flatMap(({ page, calls }) => Array<number>(calls).fill(page));

/** The page, from 0, that holds the call of this place in the request, from 0; null where the batch has no such call. */
export function pageOf(layout: PageLayout, index: number): number | null {
  if (index < 0) return null;
  let before = 0;
  for (const { page, calls } of runsOf(layout)) {
    before += calls;
    if (index < before) return page;
  }
  return null;
}

/** How many calls each page holds, from page 0. */
export function pageSizes(layout: PageLayout): number[] {
  const sizes: number[] = [];
  for (const { page, calls } of runsOf(layout)) sizes[page] = (sizes[page] ?? 0) + calls;
  return sizes;
}

const runsOf = (layout: PageLayout): { page: number; calls: number }[] =>
  Array.from({ length: layout.length / 2 }, (_, run) => ({
    page: layout[2 * run] ?? 0,
    calls: layout[2 * run + 1] ?? 0,
  }));
