import type { ApiDeps } from '../context.ts';
import { unavailable } from '../problem.ts';
import { answerBulk, type BulkAnswer } from './answers.ts';
import { type EarlierBatch, findEarlierBatch, readLoadedCalls } from './earlier-batch.ts';
import { loadAndSeal, openBatch, openPages } from './hand-over.ts';
import { hashRequest, keyedId, keyOfAnother } from './idempotency-key.ts';
import { type Pages, paginateAs } from './pages.ts';
import { type BulkRequest, prepareBatch, prepareCalls } from './prepare-batch.ts';

/** How often a batch that changes under our hands is looked at: another request may seal it, or begin it anew. */
const LOOKS = 5;

/**
 * Accepts a bulk request once, however often it is sent under its key: finds the batch that an earlier one has opened, or
 * opens it, hands over what is missing, and answers what the batch was loaded with. So a batch that was broken off anywhere
 * becomes whole, whoever is first decides what is in it, and nobody gives it up for another: left alone, it expires.
 *
 * @throws Problem as `acceptBatch` does, and 422 for a key that stands for another request
 */
export async function acceptBatchOnce(
  deps: ApiDeps,
  request: BulkRequest,
  key: string,
): Promise<BulkAnswer & { readonly isReplay: boolean }> {
  const batchId = keyedId(request.orgId, key);
  const bodyHash = await hashRequest('bulk', request);
  let own: OwnBatch | null = null;
  for (let look = 0; look < LOOKS; look += 1) {
    const earlier = await findEarlierBatch(deps, batchId);
    if (earlier === null || isFree(earlier)) {
      own = await openOwn(deps, request, batchId, bodyHash);
      continue;
    }
    if (earlier === 'another' || earlier.facts.bodyHash !== bodyHash) throw keyOfAnother();
    const isOwn = own?.runId === earlier.runId;
    const isSealed =
      earlier.isSealed ||
      (await finish(deps, earlier, own !== null && isOwn ? own : await prepareAgain(deps, request, earlier)));
    if (!isSealed) continue;
    return { ...(await answerBulk(batchId, await readLoadedCalls(deps, earlier))), isReplay: !isOwn };
  }
  throw unavailable('The batch under this `Idempotency-Key` has just ended, or is about to: send the request again.');
}

/** A batch that this request has opened. */
interface OwnBatch extends Pick<Pages, 'loads'> {
  readonly runId: string;
}

/** Of a batch that was never sealed nothing was scheduled. */
const isFree = (earlier: EarlierBatch | 'another'): boolean =>
  earlier !== 'another' && !earlier.isRunning && !earlier.isSealed;

/** Null where another request was faster. */
async function openOwn(
  deps: ApiDeps,
  request: BulkRequest,
  batchId: string,
  bodyHash: string,
): Promise<OwnBatch | null> {
  const prepared = await prepareBatch(deps, request, batchId, bodyHash);
  const runId = await openBatch(deps, batchId, prepared);
  return runId === null ? null : { runId, loads: prepared.loads };
}

/** The pages of a batch that another request has opened, with its defaults: as of then, and dealt out as it did. */
async function prepareAgain(deps: ApiDeps, request: BulkRequest, earlier: EarlierBatch): Promise<Pages> {
  const { batchId, facts, layout } = earlier;
  const { calls } = await prepareCalls(deps, request, batchId, Date.parse(facts.createdTime));
  return await paginateAs(layout, calls);
}

/**
 * Hands over what is missing of a batch. All that is sent goes to the very runs that were found: whoever was held up for so
 * long that the batch has expired and was begun anew, with another body perhaps, does not get into that one.
 *
 * @returns whether it is sealed; otherwise it has ended
 */
async function finish(deps: ApiDeps, earlier: EarlierBatch, { loads }: Pick<Pages, 'loads'>): Promise<boolean> {
  const opened = await withOpenPages(deps, earlier);
  if (opened === null) return false;
  return await loadAndSeal(deps, opened.batchId, loads, { batch: opened.runId, pages: opened.pageRuns });
}

/** The batch once all of its pages can be loaded; null where that does not come to pass. */
async function withOpenPages(deps: ApiDeps, earlier: EarlierBatch): Promise<EarlierBatch | null> {
  if (hasOpenPages(earlier)) return earlier;
  if (!(await openPages(deps, earlier.batchId, earlier.runId))) return null;
  const again = await findEarlierBatch(deps, earlier.batchId);
  return again !== null && again !== 'another' && again.runId === earlier.runId && hasOpenPages(again) ? again : null;
}

const hasOpenPages = ({ pageRuns, facts }: EarlierBatch): boolean => pageRuns.length === facts.pages;
