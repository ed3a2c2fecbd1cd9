import { TypedSearchAttributes, WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import type { BatchFacts, BatchInput, PageLayout } from './batch.ts';
import type { Instant } from './call.ts';
import { AGENT_ID, BATCH_ID, BATCH_STATE, ORG_ID, TRUNK, UNSTARTED } from './search-attributes.ts';
import { BATCHES_QUEUE } from './task-queues.ts';

/** The memo of a batch's workflow. */
export interface BatchMemo extends Record<string, unknown> {
  readonly batch: BatchFacts;
  /** Since when its calls may start; left out until then. */
  readonly sealedTime?: Instant;
}

/** The options that start one `callBatch`. */
export interface StartBatchOptions {
  workflowId: string;
  taskQueue: string;
  args: [BatchInput];
  memo: BatchMemo;
  typedSearchAttributes: TypedSearchAttributes;
  workflowIdConflictPolicy: WorkflowIdConflictPolicy;
  workflowIdReusePolicy: WorkflowIdReusePolicy;
  staticSummary: string;
}

/** How a batch's workflow is started; a repeat of its request finds the one that the first has started. */
export function startBatchOptions(
  batchId: string,
  facts: BatchFacts,
  layout: PageLayout,
  lastDeadline: Instant,
): StartBatchOptions {
  const { orgId, agentId, trunk, createdTime, total, pages, name } = facts;
  return {
    workflowId: batchId,
    taskQueue: BATCHES_QUEUE,
    args: [{ orgId, agentId, createdTime, total, pages, layout, lastDeadline }],
    memo: { batch: facts },
    typedSearchAttributes: new TypedSearchAttributes([
      { key: ORG_ID, value: orgId },
      { key: AGENT_ID, value: agentId },
      { key: TRUNK, value: trunk },
      { key: BATCH_ID, value: batchId },
      { key: BATCH_STATE, value: 'Open' },
      { key: UNSTARTED, value: total },
    ]),
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    // One that was never sealed has called nobody: its ID is free again.
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    staticSummary: `${name === null ? '' : `${name}: `}${total} calls of ${agentId}`,
  };
}
