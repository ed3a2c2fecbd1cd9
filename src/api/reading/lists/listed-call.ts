import type { HeldListItem } from '../../../contract/batch.ts';
import type { Instant } from '../../../contract/call.ts';
import { NEXT_SCHEDULE_TIME } from '../../../contract/search-attributes.ts';
import type { CallMemo } from '../../../contract/start-call.ts';
import { type CallSummary, summarize } from '../call-view.ts';
import { type BatchRecord, settle } from '../batch-record.ts';
import type { ListedWorkflow } from '../visibility.ts';
import { listedStatus } from './call-filter.ts';

/** A call in a list. */
export interface ListedCall {
  readonly call: CallSummary;
  readonly batchId: string | null;
  readonly completedTime: Instant | null;
  /** Which run of which workflow stands for it; null where none does. */
  readonly runId: string | null;
}

/** A call as Temporal's visibility knows it; null for a workflow that somebody started by hand, without a memo. */
export function fromVisibility(info: ListedWorkflow): ListedCall | null {
  const { call: facts } = (info.memo ?? {}) as Partial<CallMemo>;
  if (facts === undefined) return null;
  const next = info.typedSearchAttributes.get(NEXT_SCHEDULE_TIME)?.toISOString() ?? facts.createdTime;
  return {
    call: summarize(info.workflowId, facts, listedStatus(info), next),
    batchId: facts.batchId,
    completedTime: info.closeTime?.toISOString() ?? null,
    runId: info.runId,
  };
}

/** A call that no workflow stands for, as its page knows it. */
export function fromPage(batch: BatchRecord, { callId, held }: HeldListItem): ListedCall {
  const { facts, input, status, completedTime } = settle(batch, held);
  return {
    call: summarize(callId, facts, status, input.plan.at),
    batchId: batch.batchId,
    completedTime,
    runId: null,
  };
}
