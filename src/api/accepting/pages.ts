import { PAGE_CALLS, type PageCall, type PageLayout } from '../../contract/batch.ts';
import { commonParts, packCall } from '../../contract/packed-page.ts';
import { decodeLayout, encodeLayout } from '../../domain/page-layout.ts';
import { mapInTurns, takeTurns } from './turns.ts';

/** About the most bytes of one page's calls: Temporal takes 2 MB in one message, and a page's history holds it twice. */
const PAGE_BYTES = 1024 * 1024;

/** A request's calls, dealt out to pages. */
export interface Pages {
  /** What each page is loaded with: a packed page, written as JSON in UTF-8. */
  readonly loads: readonly Uint8Array[];
  readonly layout: PageLayout;
}

/** Deals calls out to pages, in order of schedule time and then priority, so that what is due first is started first. */
export async function paginate(calls: readonly PageCall[]): Promise<Pages> {
  const sorted = calls.map((call, index) => ({ call, index })).sort(byDue);
  const loads: Uint8Array[] = [];
  const pageOfCall = new Array<number>(calls.length);
  const giveTurn = takeTurns();
  for (let dealt = 0; dealt < sorted.length;) {
    const { placed, load } = writePage(sorted.slice(dealt, dealt + PAGE_CALLS), PAGE_BYTES);
    for (const { index } of placed) pageOfCall[index] = loads.length;
    loads.push(load);
    dealt += placed.length;
    await giveTurn();
  }
  return { loads, layout: encodeLayout(pageOfCall) };
}

/** Deals calls out to the pages of a batch that was opened with this layout. */
export async function paginateAs(layout: PageLayout, calls: readonly PageCall[]): Promise<Pages> {
  const pageOfCall = decodeLayout(layout);
  const pages: PlacedCall[][] = [];
  for (const [index, call] of calls.entries()) (pages[pageOfCall[index] ?? 0] ??= []).push({ call, index });
  const written = await mapInTurns(pages, (placed) => writePage(placed.sort(byDue), Infinity));
  return { loads: written.map(({ load }) => load), layout };
}

/** A call and its place in the request. */
interface PlacedCall {
  readonly call: PageCall;
  readonly index: number;
}

/** A page with as many of these calls, from the first on, as fit into so many bytes. */
function writePage(
  candidates: readonly PlacedCall[],
  mostBytes: number,
): { placed: readonly PlacedCall[]; load: Uint8Array } {
  const common = commonParts(candidates.map(({ call }) => call));
  const calls: string[] = [];
  let bytes = 0;
  for (const { call } of candidates) {
    const json = JSON.stringify(packCall(call, common));
    bytes += Buffer.byteLength(json);
    if (calls.length > 0 && bytes > mostBytes) break;
    calls.push(json);
  }
  // A packed page.
  const json = `{"common":${JSON.stringify(common)},"calls":[${calls.join(',')}]}`;
  return { placed: candidates.slice(0, calls.length), load: Buffer.from(json) };
}

function byDue({ call: a }: PlacedCall, { call: b }: PlacedCall): number {
  // Instants compare as text.
  if (a.input.plan.at !== b.input.plan.at) return a.input.plan.at < b.input.plan.at ? -1 : 1;
  return b.facts.priority - a.facts.priority;
}
