import pLimit from 'p-limit';
import type { HeldFilter, HeldList, HeldListItem } from '../../../contract/batch.ts';
import type { Instant } from '../../../contract/call.ts';
import { pageId } from '../../../contract/ids.ts';
import { listHeldCallsQuery } from '../../../contract/messages.ts';
import { type ApiDeps, step } from '../../context.ts';
import type { BatchRecord } from '../batch-record.ts';
import { terminatedTime } from '../terminated-page.ts';
import { byNewest, holdingPages } from './held-batches.ts';
import { fromPage, type ListedCall } from './listed-call.ts';

/** Where a walk over held calls goes on: calls leave it as they start, so it is a place in a page, not a count of rows. */
export interface HeldPlace {
  readonly createdTime: Instant;
  readonly batchId: string;
  readonly page: number;
  readonly place: number;
}

type Asked = Omit<HeldFilter, 'from' | 'take'>;

/** Some held calls, and where the walk goes on; null where there are no more. */
export interface HeldPart {
  readonly rows: readonly ListedCall[];
  /** Of those that were to be skipped. */
  readonly skipped: number;
  readonly next: HeldPlace | null;
}

/** How many pages are asked at once: their workers have few threads. */
const PAGES_AT_ONCE = 8;

/**
 * How many calls a page is asked for at once: an answer may have 2 MB, and a page its calls' 1 MB and what they have in
 * common, once for each of them.
 */
const CALLS_AT_ONCE = 250;

/** The held calls of batches, in the order of batch, page and place, from a place on. */
export async function readHeldCalls(
  deps: ApiDeps,
  batches: readonly BatchRecord[],
  asked: Asked,
  { from, skip, take }: { from: HeldPlace | null; skip: number; take: number },
): Promise<HeldPart> {
  const rows: ListedCall[] = [];
  let skipped = 0;
  for await (const { batch, page, place } of pagesFrom(deps, batches, from)) {
    const { batchId, facts } = batch;
    const atOnce = Math.min(skip - skipped + take - rows.length, CALLS_AT_ONCE);
    for await (const calls of walkHeld(deps, pageId(batchId, page), asked, place, atOnce)) {
      const unwanted = Math.min(skip - skipped, calls.length);
      const wanted = calls.slice(unwanted, unwanted + take - rows.length);
      skipped += unwanted;
      rows.push(...wanted.map((item) => fromPage(batch, item)));
      if (skipped < skip || rows.length < take) continue;
      const next = (wanted.at(-1)?.place ?? place) + 1;
      return { rows, skipped, next: { createdTime: facts.createdTime, batchId, page, place: next } };
    }
  }
  return { rows, skipped, next: null };
}

/** The pages that may hold calls, from a place on, and from which place in them. */
async function* pagesFrom(deps: ApiDeps, batches: readonly BatchRecord[], from: HeldPlace | null) {
  for (const batch of batches) {
    const order = from === null ? 1 : byNewest(batch, { batchId: from.batchId, facts: from });
    if (order < 0) continue;
    const start = order === 0 ? from : null;
    for (const page of await holdingPages(deps, batch.batchId)) {
      if (start === null || page > start.page) yield { batch, page, place: 0 };
      else if (page === start.page) yield { batch, page, place: start.place };
    }
  }
}

/** The held calls of a page from a place on, some at a time. */
export async function* walkHeld(
  deps: ApiDeps,
  page: string,
  asked: Asked,
  from = 0,
  atOnce = CALLS_AT_ONCE,
): AsyncGenerator<readonly HeldListItem[]> {
  for (let place = from; ;) {
    const { calls } = await askPage(deps, page, { ...asked, from: place, take: atOnce });
    yield calls;
    if (calls.length < atOnce) return;
    place = (calls.at(-1)?.place ?? place) + 1;
  }
}

/** How many held calls of batches there are. */
export async function countHeldCalls(deps: ApiDeps, batches: readonly BatchRecord[], asked: Asked): Promise<number> {
  const counts = await Promise.all(batches.map(({ batchId }) => countHeldOf(deps, batchId, asked)));
  return counts.reduce((sum, count) => sum + count, 0);
}

const countHeldOf = async (deps: ApiDeps, batchId: string, asked: Asked): Promise<number> =>
  await countHeldOnPages(deps, batchId, await holdingPages(deps, batchId), asked);

/** How many held calls there are on some pages of a batch. */
export async function countHeldOnPages(
  deps: ApiDeps,
  batchId: string,
  pages: readonly number[],
  asked: Asked,
): Promise<number> {
  const limit = pLimit(PAGES_AT_ONCE);
  const lists = await Promise.all(
    pages.map((page) => limit(() => askPage(deps, pageId(batchId, page), { ...asked, from: 0, take: 0 }))),
  );
  return lists.reduce((sum, { matching }) => sum + matching, 0);
}

async function askPage(deps: ApiDeps, page: string, filter: HeldFilter): Promise<HeldList> {
  const terminated = await terminatedTime(deps, page);
  const asked = terminated === null ? filter : { ...filter, terminated };
  return await step(deps, () => deps.client.workflow.getHandle(page).query(listHeldCallsQuery, asked));
}
