import pLimit from 'p-limit';
import type { HeldFilter, HeldList } from '../../../contract/batch.ts';
import type { Instant } from '../../../contract/call.ts';
import { pageId } from '../../../contract/ids.ts';
import { listHeldCallsQuery } from '../../../contract/messages.ts';
import { type ApiDeps, step } from '../../context.ts';
import type { BatchRecord } from '../batch-record.ts';
import { MOST_ROWS_AT_ONCE } from '../visibility.ts';
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

/** The held calls of batches, in the order of batch, page and place, from a place on. */
export async function readHeldCalls(
  deps: ApiDeps,
  batches: readonly BatchRecord[],
  asked: Asked,
  { from, skip, take }: { from: HeldPlace | null; skip: number; take: number },
): Promise<HeldPart> {
  const rows: ListedCall[] = [];
  let skipped = 0;
  for (const batch of batches) {
    const { batchId, facts } = batch;
    const order = from === null ? 1 : byNewest({ batchId, facts }, { batchId: from.batchId, facts: from });
    if (order < 0) continue;
    const [firstPage, firstPlace] = from !== null && order === 0 ? [from.page, from.place] : [0, 0];
    for (const page of await holdingPages(deps, batchId)) {
      if (page < firstPage) continue;
      let place = page === firstPage ? firstPlace : 0;
      for (;;) {
        const wanted = skip - skipped + take - rows.length;
        const here = { createdTime: facts.createdTime, batchId, page };
        if (wanted === 0) return { rows, skipped, next: { ...here, place } };
        const some = Math.min(wanted, MOST_ROWS_AT_ONCE);
        const { calls } = await askPage(deps, batchId, page, { ...asked, from: place, take: some });
        const passed = Math.min(skip - skipped, calls.length);
        skipped += passed;
        rows.push(...calls.slice(passed).map((item) => fromPage(batch, item)));
        if (calls.length < some) break;
        place = (calls.at(-1)?.place ?? place) + 1;
      }
    }
  }
  return { rows, skipped, next: null };
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
    pages.map((page) => limit(() => askPage(deps, batchId, page, { ...asked, from: 0, take: 0 }))),
  );
  return lists.reduce((sum, { matching }) => sum + matching, 0);
}

const askPage = (deps: ApiDeps, batchId: string, page: number, filter: HeldFilter): Promise<HeldList> =>
  step(deps, () => deps.client.workflow.getHandle(pageId(batchId, page)).query(listHeldCallsQuery, filter));
