import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { CallStatus, Instant } from '../../contract/call.ts';
import { CALL_STATUS, NEXT_SCHEDULE_TIME } from '../../contract/search-attributes.ts';
import type { CallMemo } from '../../contract/start-call.ts';
import { type CallSummary, summarize } from './call-view.ts';
import type { ApiDeps } from '../context.ts';

/** Which calls to list; every name in it is safe to stand in a query. */
export interface CallFilter {
  readonly orgId: string;
  readonly agentIds?: readonly string[] | undefined;
  readonly batchId?: string | undefined;
  readonly trunk?: string;
  readonly statuses?: readonly CallStatus[] | undefined;
  readonly fromDate?: Instant | undefined;
  readonly toDate?: Instant | undefined;
}

/** A page of a list, newest first, and how many calls there are in all. */
export interface CallList {
  readonly calls: CallSummary[];
  readonly total: number;
}

/** Lists calls as Temporal's visibility knows them, without asking their workflows. */
export async function listCalls(
  deps: ApiDeps,
  filter: CallFilter,
  range: { skip: number; take: number },
): Promise<CallList> {
  const query = visibilityQuery(filter);
  const [total, calls] = await Promise.all([countCalls(deps, filter), walk()]);
  return { calls, total };

  async function walk(): Promise<CallSummary[]> {
    const found: CallSummary[] = [];
    let index = 0;
    const end = range.skip + range.take;
    for await (const info of deps.client.workflow.list({ query, pageSize: Math.min(1_000, end) })) {
      if (index >= range.skip) found.push(summarizeListed(info));
      index += 1;
      if (index === end) break;
    }
    return found;
  }
}

/** How many calls there are of a kind. */
export async function countCalls({ client }: ApiDeps, filter: CallFilter): Promise<number> {
  const { count } = await client.workflow.count(visibilityQuery(filter));
  return count;
}

/** The filter in the language of Temporal's visibility. */
export function visibilityQuery({ orgId, agentIds, batchId, trunk, statuses, fromDate, toDate }: CallFilter): string {
  const clauses = [`WorkflowType = 'outboundCall'`, `OrgId = '${orgId}'`];
  if (agentIds?.length) clauses.push(`AgentId IN (${agentIds.map((id) => `'${id}'`).join(', ')})`);
  if (batchId !== undefined) clauses.push(`BatchId = '${batchId}'`);
  if (trunk !== undefined) clauses.push(`Trunk = '${trunk}'`);
  if (statuses?.length) clauses.push(`(${statuses.map((status) => `(${STATUS_CLAUSES[status]})`).join(' OR ')})`);
  // Of an ended call its end counts; one that has not ended is in the list if it was there before `toDate`.
  if (fromDate !== undefined) clauses.push(`(CloseTime >= '${fromDate}' OR ExecutionStatus = 'Running')`);
  if (toDate !== undefined) {
    clauses.push(`(CloseTime < '${toDate}' OR (ExecutionStatus = 'Running' AND StartTime < '${toDate}'))`);
  }
  return clauses.join(' AND ');
}

/** A workflow that was terminated or failed could not say so in its search attribute: its execution does. */
const STATUS_CLAUSES: Readonly<Record<CallStatus, string>> = {
  Created: `CallStatus = 'Created'`, // Calls whose workflow has not started are not in visibility.
  Pending: `CallStatus = 'Pending' AND ExecutionStatus = 'Running'`,
  Queued: `CallStatus = 'Queued' AND ExecutionStatus = 'Running'`,
  Running: `CallStatus = 'Running' AND ExecutionStatus = 'Running'`,
  Completed: `CallStatus = 'Completed'`,
  Failed: `CallStatus = 'Failed' OR ExecutionStatus IN ('Failed', 'TimedOut')`,
  Canceled: `CallStatus = 'Canceled' OR ExecutionStatus = 'Terminated'`,
  Unknown: `CallStatus = 'Unknown'`,
};

function summarizeListed(info: WorkflowExecutionInfo): CallSummary {
  const { call: facts } = info.memo as CallMemo;
  const attributes = info.typedSearchAttributes;
  const next = attributes.get(NEXT_SCHEDULE_TIME)?.toISOString() ?? facts.createdTime;
  return summarize(info.workflowId, facts, listedStatus(info), next);
}

function listedStatus({ status, typedSearchAttributes }: WorkflowExecutionInfo): CallStatus {
  switch (status.name) {
    case 'TERMINATED':
      return 'Canceled';
    case 'FAILED':
    case 'TIMED_OUT':
      return 'Failed';
    default:
      return (typedSearchAttributes.get(CALL_STATUS) as CallStatus | undefined) ?? 'Unknown';
  }
}
