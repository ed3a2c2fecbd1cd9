import { PAGE_CALLS, type PageCall } from '../../contract/batch.ts';

/** The most bytes of one page's calls: Temporal takes 2 MB in one message, and a page's history holds it twice. */
const PAGE_BYTES = 1024 * 1024;

/** Deals calls out to pages, in order of schedule time and then priority, so that what is due first is started first. */
export function paginate(calls: readonly PageCall[]): PageCall[][] {
  const pages: PageCall[][] = [];
  let bytes = Infinity;
  for (const call of [...calls].sort(byDue)) {
    const size = Buffer.byteLength(JSON.stringify(call));
    let page = pages.at(-1);
    if (page === undefined || page.length === PAGE_CALLS || bytes + size > PAGE_BYTES) {
      page = [];
      pages.push(page);
      bytes = 0;
    }
    page.push(call);
    bytes += size;
  }
  return pages;
}

function byDue(a: PageCall, b: PageCall): number {
  // Instants compare as text.
  if (a.input.plan.at !== b.input.plan.at) return a.input.plan.at < b.input.plan.at ? -1 : 1;
  return b.facts.priority - a.facts.priority;
}
