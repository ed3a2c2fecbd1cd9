import { webhookId } from '../../../contract/ids.ts';
import { getDeliveryQuery } from '../../../contract/messages.ts';
import type { Delivery, DeliveryStatus, Tried } from '../../../contract/webhook.ts';
import { eventNames } from '../../../domain/webhook-events.ts';
import type { ApiDeps } from '../../context.ts';
import { describeWorkflow } from '../../../temporal/describe-workflow.ts';
import type { CallView } from '../call-view.ts';
import { type FirstTries, readFirstTries } from './first-tries.ts';

/** How the events of a call were delivered, in the order in which they came; without those that nobody was to be told. */
export async function listDeliveries(deps: ApiDeps, call: CallView): Promise<Delivery[]> {
  const tries = await readFirstTries(deps, call.callId);
  // Of a call whose workflow was terminated while it told how it had ended, that end is none of those.
  const names = new Set([...eventNames(call.attempts.length, call.status), ...tries.keys()]);
  const deliveries = await Promise.all([...names].map((event) => readDelivery(deps, call.callId, event, tries)));
  return deliveries.filter((delivery) => delivery !== null);
}

/** How one event was delivered; null where it was not tried. */
export async function readDelivery(
  deps: ApiDeps,
  callId: string,
  event: string,
  tries: FirstTries,
): Promise<Delivery | null> {
  const id = webhookId(callId, event);
  const handle = deps.client.workflow.getHandle(id);
  const workflow = await describeWorkflow(deps.client, id);
  switch (workflow?.status.name) {
    case 'RUNNING':
      return await handle.query(getDeliveryQuery);
    case 'COMPLETED':
      return (await handle.result()) as Delivery;
    default: {
      const first = tries.get(event);
      if (first === undefined) return null;
      // An operator has ended its workflow.
      const isEnded = workflow !== null;
      return fromFirstTry(id, event, first.tried, isEnded ? 'stopped' : 'pending');
    }
  }
}

/** @param otherwise how it stands where its first try was not its last */
function fromFirstTry(id: string, event: string, tried: Tried | null, otherwise: DeliveryStatus): Delivery {
  const isTried = tried !== null && tried.verdict !== 'nobody';
  return {
    event,
    webhookId: id,
    status: isTried && tried.verdict !== 'again' ? tried.verdict : otherwise,
    attempts: isTried ? [tried.attempt] : [],
    nextAttemptTime: null,
  };
}
