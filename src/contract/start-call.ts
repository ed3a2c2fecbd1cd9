import {
  type Priority,
  type SearchAttributePair,
  TypedSearchAttributes,
  WorkflowIdReusePolicy,
} from '@temporalio/common';
import type { PageCall } from './batch.ts';
import type { CallFacts, CallInput } from './call.ts';
import {
  ADDITIONAL_DATA,
  AGENT_ID,
  BATCH_ID,
  CALL_DEADLINE,
  CALL_STATUS,
  ENDPOINT_HASH,
  NEXT_SCHEDULE_TIME,
  ORG_ID,
  PRIORITY,
  TRUNK,
  WAITING_FOR,
} from './search-attributes.ts';
import { CALLS_QUEUE } from './task-queues.ts';

/** The memo of a call's workflow. */
export interface CallMemo extends Record<string, unknown> {
  readonly call: CallFacts;
}

/** The options that start one `outboundCall`, alike for the API and for a page. */
export interface StartCallOptions {
  workflowId: string;
  taskQueue: string;
  args: [CallInput];
  memo: CallMemo;
  typedSearchAttributes: TypedSearchAttributes;
  priority: Priority;
  workflowIdReusePolicy: WorkflowIdReusePolicy;
  staticSummary: string;
}

/**
 * How one call's workflow is started.
 *
 * @param now milliseconds since the epoch, to tell a call that sleeps first (Pending) from one that queues at once
 *   (Queued): written here, it costs no upsert.
 */
export function startCallOptions(call: PageCall, now: number): StartCallOptions {
  const { facts, input } = call;
  const isAsleep = Date.parse(input.plan.at) > now;
  const pairs: SearchAttributePair[] = [
    { key: ORG_ID, value: facts.orgId },
    { key: AGENT_ID, value: facts.agentId },
    { key: TRUNK, value: facts.trunk },
    { key: CALL_STATUS, value: isAsleep ? 'Pending' : 'Queued' },
    { key: ENDPOINT_HASH, value: call.endpointHash },
    { key: PRIORITY, value: facts.priority },
    { key: NEXT_SCHEDULE_TIME, value: new Date(input.plan.at) },
    { key: CALL_DEADLINE, value: new Date(facts.callDeadline) },
  ];
  if (isAsleep && input.plan.waitingFor !== null) pairs.push({ key: WAITING_FOR, value: input.plan.waitingFor });
  if (facts.batchId !== null) pairs.push({ key: BATCH_ID, value: facts.batchId });
  if (call.searchable.length > 0) pairs.push({ key: ADDITIONAL_DATA, value: [...call.searchable] });
  return {
    workflowId: call.callId,
    taskQueue: CALLS_QUEUE,
    args: [input],
    memo: { call: facts },
    typedSearchAttributes: new TypedSearchAttributes(pairs),
    // The workflow has its call's priority too, so that at 9:00 sharp urgent calls wake first.
    priority: { priorityKey: input.priorityKey, fairnessKey: input.fairnessKey },
    // A call's ID is never used twice, not even after it closed: that would dial somebody again.
    workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    staticSummary: call.summary,
  };
}
