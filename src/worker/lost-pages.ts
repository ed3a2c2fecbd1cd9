import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { PageCall } from '../contract/batch.ts';
import type { Instant } from '../contract/call.ts';
import { batchOfPage } from '../contract/ids.ts';
import type { BatchMemo } from '../contract/start-batch.ts';
import type { TrunkRef } from '../contract/trunk.ts';
import type { WebhookEvent } from '../contract/webhook.ts';
import { heldCall } from '../domain/held-call.ts';
import { endEvent, UNSEEN_END } from '../domain/webhook-events.ts';
import { describeWorkflow } from '../temporal/describe-workflow.ts';
import { PageHistory } from '../temporal/page-history.ts';
import type { LostEndsDeps, LostKindOf } from './lost-ends.ts';

/** A start that the server had begun for a page when it was terminated is over so long after that, in milliseconds. */
const SETTLED_MS = 2_000;

/**
 * Pages that ended before they had started all their calls: those that never start have ended with them. Their batches name
 * the trunk; calls of one batch have one agent.
 */
export const lostPages: LostKindOf = (deps, trunk) => ({
  // Nothing else is known of a page where lists look. They are few: none, unless an operator terminated one.
  query: `WorkflowType = 'callBatchPage'`,
  async *untold(page) {
    if (!(await isHeard(deps, trunk, page))) return;
    await untilSettled(page);
    const history = await readPage(deps, page);
    for (const call of history.calls) {
      const event = untoldEvent(call, history, (page.closeTime ?? new Date()).toISOString());
      if (event === null) continue;
      // One that was started after all tells of itself.
      if ((await describeWorkflow(deps.client, call.callId)) === null) yield event;
    }
  },
});

/** By the worker's clock, which may be another: so never for longer. */
async function untilSettled({ closeTime }: WorkflowExecutionInfo): Promise<void> {
  const left = (closeTime?.getTime() ?? 0) + SETTLED_MS - Date.now();
  // A worker that stops does not wait for it.
  if (left > 0) await sleep(Math.min(left, SETTLED_MS), undefined, { ref: false });
}

/** Whether a page is one of the trunk's, with calls that were accepted, of an agent that is told how calls end. */
async function isHeard(
  { client, configuration }: LostEndsDeps,
  { orgId, trunk }: TrunkRef,
  { workflowId }: WorkflowExecutionInfo,
): Promise<boolean> {
  const batchId = batchOfPage(workflowId);
  const found = batchId === null ? null : await describeWorkflow(client, batchId);
  const { batch, sealedTime } = (found?.memo ?? {}) as Partial<BatchMemo>;
  if (sealedTime === undefined || batch?.orgId !== orgId || batch.trunk !== trunk) return false;
  return configuration().agent(orgId, batch.agentId)?.webhooks.result != null;
}

async function readPage({ client }: LostEndsDeps, { workflowId, runId }: WorkflowExecutionInfo): Promise<PageHistory> {
  const page = new PageHistory();
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  for (const event of events ?? []) page.read(event);
  return page;
}

/** How a call has ended that its page had not started; null where it had, or has told of its end. */
function untoldEvent(
  { callId, facts, input }: PageCall,
  { withWorkflow, deliveries, canceledCalls, canceledTime }: PageHistory,
  terminated: Instant,
): WebhookEvent | null {
  if (withWorkflow.has(callId) || input.tellsWebhooks !== true) return null;
  const happened = { canceled: canceledCalls.get(callId) ?? null, batchCanceled: canceledTime, terminated };
  const { reason, completedTime } = heldCall(facts, input, happened, terminated);
  const event = endEvent(callId, facts, {
    ...UNSEEN_END,
    status: 'Canceled',
    reason,
    createdTime: facts.createdTime,
    completedTime: completedTime ?? terminated,
  });
  return deliveries.has(event.id) ? null : event;
}
