import pLimit from 'p-limit';
import type { ApiDeps } from '../../context.ts';
import { ACCEPTED_BATCHES, readBatch } from '../batch-record.ts';
import { type PagedList, type PageRequest, readPagedList } from '../lists/paged-list.ts';
import { readRows } from '../lists/workflow-rows.ts';
import { quoted } from '../../../contract/visibility-query.ts';
import { countWorkflows } from '../visibility.ts';
import { type BatchView, viewBatch } from './batch-view.ts';

/** How many batches are counted at once: each takes a dozen questions. */
const VIEWS_AT_ONCE = 4;

/** A page of an organization's batches: those that have not ended first, the newest first. */
export async function listBatches(deps: ApiDeps, orgId: string, page: PageRequest): Promise<PagedList<BatchView>> {
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
  return { ...list, rows: await pLimit(VIEWS_AT_ONCE).map(batches, (batch) => viewBatch(deps, batch)) };
}
