import { PAGE_CALLS, type PageCall, type PageLayout } from '../../contract/batch.ts';
import { packPage } from '../../contract/packed-page.ts';
import { decodeLayout, encodeLayout } from '../../domain/page-layout.ts';
import { mapInTurns } from './turns.ts';

/** The most bytes of one page's calls: Temporal takes 2 MB in one message, and a page's history holds it twice. */
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
  const chunks = Array.from({ length: Math.ceil(sorted.length / PAGE_CALLS) }, (_, chunk) =>
    sorted.slice(chunk * PAGE_CALLS, (chunk + 1) * PAGE_CALLS),
  );
  const pages = (await mapInTurns(chunks, writePages)).flat();
  const pageOfCall = new Array<number>(calls.length);
  for (const [page, { placed }] of pages.entries()) for (const { index } of placed) pageOfCall[index] = page;
  return { loads: pages.map(({ load }) => load), layout: encodeLayout(pageOfCall) };
}

/** Deals calls out to the pages of a batch that was opened with this layout. */
export async function paginateAs(layout: PageLayout, calls: readonly PageCall[]): Promise<Pages> {
  const pageOfCall = decodeLayout(layout);
  const pages: PlacedCall[][] = [];
  for (const [index, call] of calls.entries()) (pages[pageOfCall[index] ?? 0] ??= []).push({ call, index });
  return { loads: await mapInTurns(pages, (placed) => write(placed.sort(byDue))), layout };
}

/** A call and its place in the request. */
interface PlacedCall {
  readonly call: PageCall;
  readonly index: number;
}

interface WrittenPage {
  readonly placed: readonly PlacedCall[];
  readonly load: Uint8Array;
}

/** Halves what is too large until it fits: most is written once. */
function writePages(placed: readonly PlacedCall[]): WrittenPage[] {
  const load = write(placed);
  if (load.byteLength <= PAGE_BYTES || placed.length === 1) return [{ placed, load }];
  const half = Math.ceil(placed.length / 2);
  return [...writePages(placed.slice(0, half)), ...writePages(placed.slice(half))];
}

const write = (placed: readonly PlacedCall[]): Uint8Array =>
  Buffer.from(JSON.stringify(packPage(placed.map(({ call }) => call))));

function byDue({ call: a }: PlacedCall, { call: b }: PlacedCall): number {
  // Instants compare as text.
  if (a.input.plan.at !== b.input.plan.at) return a.input.plan.at < b.input.plan.at ? -1 : 1;
  return b.facts.priority - a.facts.priority;
}
