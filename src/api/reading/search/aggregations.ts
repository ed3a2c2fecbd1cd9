import { CALL_STATUSES, type CallStatus } from '../../../contract/call.ts';
import type { ApiDeps } from '../../context.ts';
import type { CallFilter } from '../lists/call-filter.ts';
import { CallList } from '../lists/list-calls.ts';

/** How many calls of a filter have each status. */
export async function countByStatus(deps: ApiDeps, filter: CallFilter): Promise<Record<CallStatus, number>> {
  const { statuses } = filter;
  const counts = await Promise.all(
    CALL_STATUSES.map(async (status) => {
      if (statuses?.length && !statuses.includes(status)) return [status, 0];
      return [status, await (await CallList.open(deps, { ...filter, statuses: [status] })).count()];
    }),
  );
  return Object.fromEntries(counts) as Record<CallStatus, number>;
}
