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

/** How a batch's workflow is started; whoever repeats its request is told that there is one. */
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
    args: [
      {
        ...{ orgId, agentId, createdTime, total, pages, layout, lastDeadline },
        ...{ tellsWebhooks: true, tellsWaitingPages: true },
      },
    ],
    memo: { batch: facts },
    typedSearchAttributes: new TypedSearchAttributes([
      { key: ORG_ID, value: orgId },
      { key: AGENT_ID, value: agentId },
      { key: TRUNK, value: trunk },
      { key: BATCH_ID, value: batchId },
      { key: BATCH_STATE, value: 'Open' },
      { key: UNSTARTED, value: total },
    ]),
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
    // One that was never sealed has called nobody: its ID is free again.
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    staticSummary: `${name === null ? '' : `${shortened(name)}: `}${total} calls of ${agentId}`,
  };
}

/** As much of a name as a summary has, in characters: Temporal's are at most 400 bytes. */
const LONGEST_NAME = 50;

function shortened(name: string): string {
  const characters = [...name];
  return characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME).join('')}…` : name;
}
