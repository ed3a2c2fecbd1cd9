import type { PageLayout } from '../contract/batch.ts';

/** @param pages of each call in the order of the request, the page that holds it */
export function encodeLayout(pages: readonly number[]): PageLayout {
  const runs: number[] = [];
  for (const page of pages) {
    const calls = runs.at(-1);
    if (calls !== undefined && runs.at(-2) === page) runs.splice(-1, 1, calls + 1);
    else runs.push(page, 1);
  }
  return runs;
}

/** The page that holds the call of this place in the request; null for a place that the layout does not have. */
export function pageOf(layout: PageLayout, index: number): number | null {
  if (!(index >= 0)) return null;
  let end = 0;
  for (const [page, calls] of runsOf(layout)) {
    end += calls;
    if (index < end) return page;
  }
  return null;
}

/** How many calls each page holds, from page 0. */
export function pageSizes(layout: PageLayout): number[] {
  const sizes: number[] = [];
  for (const [page, calls] of runsOf(layout)) sizes[page] = (sizes[page] ?? 0) + calls;
  return sizes;
}

function* runsOf(layout: PageLayout): Iterable<readonly [page: number, calls: number]> {
  for (let at = 0; at + 1 < layout.length; at += 2) yield [layout[at] ?? 0, layout[at + 1] ?? 0];
}
