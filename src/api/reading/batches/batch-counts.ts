import { CALL_STATUSES } from '../../../contract/call.ts';
import type { BatchProgress, Tally } from '../../../contract/batch.ts';
import { toInstant } from '../../../domain/instant.ts';
import { type ApiDeps, step } from '../../context.ts';
import { type BatchRecord, hasStartedAll, isOver } from '../batch-record.ts';
import { visibilityQuery } from '../lists/call-filter.ts';
import { countHeldOnPages } from '../lists/held-calls.ts';
import { countCalls } from '../lists/list-calls.ts';
import { countWorkflows } from '../visibility.ts';
import { addUp, type Counted, isWhole, type Rest, type StatusCounts } from './add-up.ts';

/** Calls move from one status to another while they are counted: so often they are counted again. */
const MOST_COUNTS = 4;

/**
 * How many calls of a batch have each status: they add up to its total.
 *
 * @param progress null for one that has ended by itself
 */
export async function countBatch(
  deps: ApiDeps,
  batch: BatchRecord,
  progress: BatchProgress | null,
): Promise<StatusCounts> {
  const { total } = batch.facts;
  const tally = await readTally(deps, batch);
  if (tally !== null && tally.completed + tally.failed + tally.canceled === total) {
    const { completed: Completed, failed: Failed, canceled: Canceled } = tally;
    return addUp({ counts: { Completed, Failed, Canceled }, terminated: 0 }, total, 'Canceled');
  }
  const rest = restOf(batch, progress);
  for (let count = 1; ; count += 1) {
    const counted = await countOnce(deps, batch, progress?.holding ?? []);
    if (isWhole(counted, total, rest) || count === MOST_COUNTS) return addUp(counted, total, rest);
  }
}

/** What calls are that no workflow stands for. */
function restOf(batch: BatchRecord, progress: BatchProgress | null): Rest {
  if (isOver(batch)) return 'Canceled';
  return progress !== null && progress.pagesStarted < batch.facts.pages ? 'Created' : 'moving';
}

/** Those that have a workflow, and those that will never have one; while pages start their calls, the others are left. */
async function countOnce(deps: ApiDeps, batch: BatchRecord, holding: readonly number[]): Promise<Counted> {
  const { batchId, facts } = batch;
  const filter = { orgId: facts.orgId, batchId };
  const [heldCanceled, terminated, ...started] = await Promise.all([
    countHeldCanceled(deps, batch, holding),
    countWorkflows(deps, `${visibilityQuery(filter)} AND ExecutionStatus = 'Terminated'`),
    ...CALL_STATUSES.map((status) => countCalls(deps, { ...filter, statuses: [status] })),
  ]);
  const counts = Object.fromEntries(CALL_STATUSES.map((status, index) => [status, started[index] ?? 0]));
  return { counts: { ...counts, Canceled: (counts.Canceled ?? 0) + heldCanceled }, terminated };
}

/** Where nothing more starts no page is asked: it might have to be replayed. */
async function countHeldCanceled(deps: ApiDeps, batch: BatchRecord, holding: readonly number[]): Promise<number> {
  if (isOver(batch)) return 0; // They are what is left.
  if (hasStartedAll(batch)) return batch.unstarted;
  const asked = { now: toInstant(Date.now()), statuses: ['Canceled'] } as const;
  return await countHeldOnPages(deps, batch.batchId, holding, asked);
}

/** What the batch's workflow ended with; null while it has not, and for one that was stopped. */
async function readTally(deps: ApiDeps, { batchId, execution }: BatchRecord): Promise<Tally | null> {
  if (execution !== 'COMPLETED') return null;
  return (await step(deps, () => deps.client.workflow.getHandle(batchId).result())) as Tally;
}
