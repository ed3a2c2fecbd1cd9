import { WorkflowIdConflictPolicy } from '@temporalio/client';
import type { PlaceCallInput } from '../contract/placement.ts';
import { afterTry, startDeliveryOptions } from '../contract/start-delivery.ts';
import type { Tried, WebhookEvent } from '../contract/webhook.ts';
import { startEvent } from '../domain/webhook-events.ts';
import type { TrunkHost } from './trunk-host.ts';

/** Tells an agent's webhook that an attempt is being dialed, beside the dial: it holds nothing up. */
export class StartWebhook {
  /** What came of it; null while nobody knows. */
  tried: Tried | null = null;
  readonly #host: Pick<TrunkHost, 'client' | 'tellWebhook'>;
  readonly #event: WebhookEvent;
  #isBegun = false;

  constructor(host: Pick<TrunkHost, 'client' | 'tellWebhook'>, callId: string, input: PlaceCallInput) {
    this.#host = host;
    this.#event = startEvent(callId, { ...input, endpoint: input.endpointAsSent ?? input.endpoint }, input.attempt);
  }

  begin(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    void this.#host.tellWebhook(this.#event).then((tried) => (this.tried = tried));
  }

  /**
   * Sees to it that it is told, once the attempt is over: what has failed, or has not come to an end by now, is left to a
   * workflow. Null where it was not begun, or its end is not known.
   *
   * @throws ServiceError when that cannot be started
   */
  async settle(): Promise<Tried | null> {
    if (!this.#isBegun) return null;
    const { tried } = this;
    if (tried === null || tried.verdict === 'again') {
      await this.#host.client.workflow.start('webhookDelivery', {
        ...startDeliveryOptions(afterTry(this.#event, tried)),
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      });
    }
    return tried;
  }
}
