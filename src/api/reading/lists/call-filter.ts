import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { HeldFilter } from '../../../contract/batch.ts';
import type { CallStatus, Instant } from '../../../contract/call.ts';
import { CALL_STATUS } from '../../../contract/search-attributes.ts';
import { isOneOf, quoted } from '../../../contract/visibility-query.ts';

/** Which calls to list. */
export interface CallFilter {
  readonly orgId: string;
  readonly agentIds?: readonly string[] | undefined;
  readonly batchId?: string | undefined;
  readonly trunk?: string | undefined;
  readonly statuses?: readonly CallStatus[] | undefined;
  /** `key=value`, all of which a call has. */
  readonly searchable?: readonly string[] | undefined;
  /** An ended call is in it that ended at this time or later. */
  readonly fromDate?: Instant | undefined;
  /** An ended call is in it that ended before, and one that has not ended if it was there before. */
  readonly toDate?: Instant | undefined;
}

/** The calls that have a workflow, in the language of Temporal's visibility. */
export function visibilityQuery(filter: CallFilter): string {
  const { agentIds, batchId, trunk, statuses, searchable = [], fromDate, toDate } = filter;
  const clauses = [`WorkflowType = 'outboundCall'`, `OrgId = ${quoted(filter.orgId)}`];
  if (agentIds?.length) clauses.push(isOneOf('AgentId', agentIds));
  if (batchId !== undefined) clauses.push(`BatchId = ${quoted(batchId)}`);
  if (trunk !== undefined) clauses.push(`Trunk = ${quoted(trunk)}`);
  if (statuses?.length) clauses.push(`(${statuses.map((status) => `(${STATUS_CLAUSES[status]})`).join(' OR ')})`);
  for (const one of searchable) clauses.push(`AdditionalData = ${quoted(one)}`);
  // Of an ended call its end counts; one that has not ended is in the list if it was there before `toDate`.
  if (fromDate !== undefined) clauses.push(`(CloseTime >= '${fromDate}' OR ExecutionStatus = 'Running')`);
  if (toDate !== undefined) {
    clauses.push(`(CloseTime < '${toDate}' OR (ExecutionStatus = 'Running' AND StartTime < '${toDate}'))`);
  }
  return clauses.join(' AND ');
}

/** A workflow that was terminated, failed or cancelled natively need not have said so itself: its execution does. */
const ended = `ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated', 'Canceled')`;
const says = (status: CallStatus): string => `CallStatus = '${status}' AND NOT ${ended}`;

/** Each call is in one of them: {@link listedStatus}. */
const STATUS_CLAUSES: Readonly<Record<CallStatus, string>> = {
  Created: says('Created'), // Calls whose workflow has not started are not in visibility.
  Pending: says('Pending'),
  Queued: says('Queued'),
  Running: says('Running'),
  Completed: says('Completed'),
  Failed: `${says('Failed')} OR ExecutionStatus IN ('Failed', 'TimedOut')`,
  Canceled: `${says('Canceled')} OR ExecutionStatus IN ('Terminated', 'Canceled')`,
  Unknown: `CallStatus IS NULL AND NOT ${ended}`,
};

/** A call's status as a list tells it. */
export function listedStatus({ status, typedSearchAttributes }: WorkflowExecutionInfo): CallStatus {
  switch (status.name) {
    case 'TERMINATED':
    case 'CANCELLED':
      return 'Canceled';
    case 'FAILED':
    case 'TIMED_OUT':
      return 'Failed';
    default:
      return (typedSearchAttributes.get(CALL_STATUS) as CallStatus | undefined) ?? 'Unknown';
  }
}

/** The same calls among those of a page that no workflow stands for; agent, batch and organization are its batch's. */
export function heldFilter(
  { statuses, searchable, fromDate, toDate }: CallFilter,
  now: Instant,
): Omit<HeldFilter, 'from' | 'take'> {
  return {
    now,
    ...(statuses?.length ? { statuses } : {}),
    ...(searchable?.length ? { searchable } : {}),
    ...(fromDate === undefined ? {} : { fromDate }),
    ...(toDate === undefined ? {} : { toDate }),
  };
}

/** Whether any of these can be the status of a call that no workflow stands for. */
export const mayBeHeld = ({ statuses }: CallFilter): boolean =>
  !statuses?.length || statuses.includes('Created') || statuses.includes('Canceled');
