import type { BatchProgress } from '../../../contract/batch.ts';
import { getBatchQuery } from '../../../contract/messages.ts';
import { type ApiDeps, step } from '../../context.ts';
import { ACCEPTED_BATCHES, type BatchRecord, findBatch, hasStartedAll, readBatch } from '../batch-record.ts';
import { isOneOf, quoted } from '../../../contract/visibility-query.ts';
import { walkPages } from '../visibility.ts';
import { type CallFilter, mayBeHeld } from './call-filter.ts';

/** Batches that have calls that no workflow stands for, the newest first. */
export interface HeldBatches {
  /** Calls of these have not started yet. */
  readonly starting: readonly BatchRecord[];
  /** Calls of these never will: they were canceled before their turn came. */
  readonly over: readonly BatchRecord[];
}

/** The batches that may hold calls of a list. */
export async function findHeldBatches(deps: ApiDeps, filter: CallFilter): Promise<HeldBatches> {
  const batches = (mayBeHeld(filter) ? await findBatches(deps, filter) : []).sort(byNewest);
  const startNoMore = await Promise.all(batches.map((batch) => startsNoMore(deps, batch)));
  const wantsCanceled = filter.statuses?.includes('Canceled') ?? true;
  return {
    starting: batches.filter((_, index) => !startNoMore[index]),
    over: batches.filter((_, index) => startNoMore[index] && wantsCanceled),
  };
}

/** Once it is so it stays so: a batch never goes back, which would hide its calls from a walk. */
async function startsNoMore(deps: ApiDeps, batch: BatchRecord): Promise<boolean> {
  if (hasStartedAll(batch)) return true;
  // Paused or canceled: whether all had started before only the batch knows.
  return batch.state !== 'Starting' && (await readProgress(deps, batch.batchId)).pagesStarted === batch.facts.pages;
}

async function findBatches(deps: ApiDeps, filter: CallFilter): Promise<BatchRecord[]> {
  const { orgId, batchId, agentIds } = filter;
  if (batchId !== undefined) {
    // Its workflow knows what visibility hears of a moment later.
    const batch = await findBatch(deps, orgId, batchId);
    if (batch === null || batch.unstarted === 0) return [];
    return !agentIds?.length || agentIds.includes(batch.facts.agentId) ? [batch] : [];
  }
  const clauses = [ACCEPTED_BATCHES, `OrgId = ${quoted(orgId)}`, 'Unstarted > 0'];
  if (agentIds?.length) clauses.push(isOneOf('AgentId', agentIds));
  const found: BatchRecord[] = [];
  for await (const rows of walkPages(deps, clauses.join(' AND '))) {
    found.push(...rows.map(readBatch).filter((batch) => batch !== null));
  }
  return found;
}

/** Newest first; of two of the same moment, always the same one. */
export function byNewest(a: BatchPlace, b: BatchPlace): number {
  // Instants and IDs compare as text.
  if (a.facts.createdTime !== b.facts.createdTime) return a.facts.createdTime > b.facts.createdTime ? -1 : 1;
  return a.batchId === b.batchId ? 0 : a.batchId > b.batchId ? -1 : 1;
}

type BatchPlace = { readonly batchId: string; readonly facts: Pick<BatchRecord['facts'], 'createdTime'> };

/** The numbers of a batch's pages that may hold calls, in order. */
export async function holdingPages(deps: ApiDeps, batchId: string): Promise<readonly number[]> {
  const { holding } = await readProgress(deps, batchId);
  return [...holding].sort((a, b) => a - b);
}

const readProgress = (deps: ApiDeps, batchId: string): Promise<BatchProgress> =>
  step(deps, () => deps.client.workflow.getHandle(batchId).query(getBatchQuery));
