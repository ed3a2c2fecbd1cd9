import { WorkflowExecutionAlreadyStartedError, WorkflowIdReusePolicy } from '@temporalio/common';
import { ActivityFailure, ParentClosePolicy, proxyActivities, startChild } from '@temporalio/workflow';
import type { WebhookActivities } from '../activities/webhook-activities.ts';
import { afterTry, startDeliveryOptions } from '../contract/start-delivery.ts';
import { WEBHOOKS_QUEUE } from '../contract/task-queues.ts';
import type { Tried, WebhookEvent, WebhookPayload } from '../contract/webhook.ts';

const webhooksOf = ({ orgId, agentId }: WebhookPayload): WebhookActivities =>
  proxyActivities<WebhookActivities>({
    taskQueue: WEBHOOKS_QUEUE,
    // The receiver has 10 s.
    startToCloseTimeout: '15s',
    // A try that failed is one: how it goes on is for whoever asked.
    retry: { maximumAttempts: 1 },
    // Agents take turns: one whose receiver does not answer, with thousands of events, keeps no other's waiting for them. All
    // have the same key, since that of the call would go first.
    priority: { priorityKey: 1, fairnessKey: fairnessKey(orgId, agentId) },
    summary: 'tells a webhook',
  });

/** Temporal takes 64 bytes. Where names are longer, agents of that name share one turn, whoever's they are. */
function fairnessKey(orgId: string, agentId: string): string {
  const key = `${orgId}/${agentId}`;
  return key.length <= 64 ? key : agentId;
}

/** Sends an event, once. Null where nobody knows what came of it, since the worker was lost. */
export async function tryOnce(event: WebhookEvent): Promise<Tried | null> {
  try {
    return await webhooksOf(event.payload).deliverWebhook(event);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return null;
  }
}

/** Tells a webhook of an event: where that fails, a workflow of its own goes on, since one for each would cost too much. */
export async function tell(event: WebhookEvent): Promise<void> {
  const tried = await tryOnce(event);
  if (tried === null || tried.verdict === 'again') await handOver(event, tried);
}

/** Leaves an event to a workflow that outlives this one. @param tried what came of the first try; null where none was made */
export async function handOver(event: WebhookEvent, tried: Tried | null): Promise<void> {
  try {
    await startChild('webhookDelivery', {
      ...startDeliveryOptions(afterTry(event, tried)),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      // What was never tried here is handed over once, also where this workflow is reset.
      ...(tried === null ? { workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE } : {}),
    });
  } catch (error) {
    // It has been handed over before.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
