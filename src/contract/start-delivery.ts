import { TypedSearchAttributes, WorkflowIdReusePolicy } from '@temporalio/common';
import { AGENT_ID, ORG_ID } from './search-attributes.ts';
import { WEBHOOKS_QUEUE } from './task-queues.ts';
import type { DeliveryInput, Tried, WebhookEvent } from './webhook.ts';

/** The options that start one `webhookDelivery`, alike for workflows, workers and the API. */
export interface StartDeliveryOptions {
  workflowId: string;
  taskQueue: string;
  args: [DeliveryInput];
  typedSearchAttributes: TypedSearchAttributes;
  workflowIdReusePolicy: WorkflowIdReusePolicy;
  staticSummary: string;
}

/** How the delivery of an event goes on that could not be delivered at once. */
export function startDeliveryOptions(input: DeliveryInput): StartDeliveryOptions {
  const { id, event, payload } = input.event;
  return {
    workflowId: id,
    taskQueue: WEBHOOKS_QUEUE,
    args: [input],
    typedSearchAttributes: new TypedSearchAttributes([
      { key: ORG_ID, value: payload.orgId },
      { key: AGENT_ID, value: payload.agentId },
    ]),
    // Somebody may ask for one that is over once more.
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    staticSummary: `tells ${payload.agentId}'s webhook: ${event}`,
  };
}

/** What goes on from a first try; null of one of which nobody knows what came of it. */
export const afterTry = (event: WebhookEvent, tried: Tried | null): DeliveryInput =>
  tried === null || tried.verdict === 'nobody'
    ? { event, attempts: [], retryAfterMs: null }
    : { event, attempts: [tried.attempt], retryAfterMs: tried.retryAfterMs };
