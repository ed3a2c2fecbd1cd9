import type { ApiDeps } from '../../context.ts';
import { ACCEPTED_BATCHES, readBatch } from '../batch-record.ts';
import { type PagedList, type PageRequest, readPagedList } from '../lists/paged-list.ts';
import { readRows } from '../lists/workflow-rows.ts';
import { countWorkflows, quoted } from '../visibility.ts';
import { type BatchSummary, summarizeBatch } from './batch-view.ts';

/** A page of an organization's batches: those that have not ended first, the newest first. */
export async function listBatches(deps: ApiDeps, orgId: string, page: PageRequest): Promise<PagedList<BatchSummary>> {
  const query = `${ACCEPTED_BATCHES} AND OrgId = ${quoted(orgId)}`;
  const list = await readPagedList(
    deps,
    { list: 'batches', orgId },
    {
      start: '',
      count: () => countWorkflows(deps, query),
      read: ({ position, skip, take }) => readRows(deps, query, position, skip, take),
    },
    page,
  );
  const batches = list.rows.map(readBatch).filter((batch) => batch !== null);
  return { ...list, rows: await Promise.all(batches.map((batch) => summarizeBatch(deps, batch))) };
}
