import { getDeliveryQuery, redeliverSignal } from '../../contract/messages.ts';
import { startDeliveryOptions } from '../../contract/start-delivery.ts';
import type { Delivery, WebhookEvent } from '../../contract/webhook.ts';
import { endEvent, eventNames, startEvent } from '../../domain/webhook-events.ts';
import { webhookOf } from '../../webhooks/deliver.ts';
import type { ApiDeps } from '../context.ts';
import { conflict, notFound } from '../problem.ts';
import { type CallView, viewCall } from '../reading/call-view.ts';
import { readDelivery } from '../reading/webhooks/deliveries.ts';
import { readFirstTries } from '../reading/webhooks/first-tries.ts';

/**
 * Sends an event of a call again, at once, whether or not it was delivered: with the same `webhook-id`.
 *
 * @throws Problem 404 for a call or an event that there is not, 409 where the agent has no webhook for it
 */
export async function redeliver(deps: ApiDeps, orgId: string, callId: string, name: string): Promise<Delivery> {
  const call = await viewCall(deps, orgId, callId);
  const tries = await readFirstTries(deps, callId);
  const event = tries.get(name)?.told ?? eventOf(call, name);
  if (webhookOf(deps.configuration(), event) === null) {
    throw conflict(`The agent has no webhook for that: set its \`webhooks.${event.kind}\`.`);
  }
  const attempts = (await readDelivery(deps, callId, name, tries))?.attempts ?? [];
  const handle = await deps.client.workflow.signalWithStart('webhookDelivery', {
    ...startDeliveryOptions({ event, attempts, retryAfterMs: null }),
    signal: redeliverSignal.name,
    signalArgs: [],
  });
  return await handle.query(getDeliveryQuery);
}

/** The event as it is told of a call that stands so. */
function eventOf(call: CallView, name: string): WebhookEvent {
  const place = eventNames(call.attempts.length, call.status).indexOf(name);
  if (place === -1) throw notFound('such event of this call, or not yet');
  if (place < call.attempts.length) return startEvent(call.callId, call, place + 1);
  const { status, completedTime, ...end } = call;
  return endEvent(call.callId, call, {
    ...end,
    status: status as 'Completed' | 'Failed' | 'Canceled',
    completedTime: completedTime ?? call.createdTime,
  });
}
