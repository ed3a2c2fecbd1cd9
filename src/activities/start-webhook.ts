import { WorkflowIdConflictPolicy } from '@temporalio/client';
import type { PlaceCallInput } from '../contract/placement.ts';
import { afterTry, startDeliveryOptions } from '../contract/start-delivery.ts';
import type { Tried, WebhookEvent } from '../contract/webhook.ts';
import { startEvent } from '../domain/webhook-events.ts';
import { CallWorkflow } from './call-workflow.ts';
import type { TrunkHost } from './trunk-host.ts';

/** Tells an agent's webhook that an attempt is being dialed, beside the dial: it holds nothing up. */
export class StartWebhook {
  /** What came of it; null while nobody knows. */
  tried: Tried | null = null;
  readonly #host: Pick<TrunkHost, 'client' | 'tellWebhook'>;
  readonly #event: WebhookEvent;
  #isBegun = false;

  /** Of the call that the activity under way works for. */
  constructor(host: Pick<TrunkHost, 'client' | 'tellWebhook'>, input: PlaceCallInput) {
    this.#host = host;
    const { callId } = new CallWorkflow(host.client);
    this.#event = startEvent(callId, { ...input, endpoint: input.endpointAsSent ?? input.endpoint }, input.attempt);
  }

  begin(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    // What went wrong is not known: as if it had not come to an end.
    void this.#host.tellWebhook(this.#event).then(
      (tried) => (this.tried = tried),
      () => undefined,
    );
  }

  /**
   * Sees to it that it is told, once the attempt is over: what has failed, or has not come to an end by now, is left to a
   * workflow. Null where nobody was to be told, or what came of it is not known.
   *
   * @throws ServiceError when that cannot be started
   */
  async settle(): Promise<Tried | null> {
    const { tried } = this;
    if (!this.#isBegun || tried?.verdict === 'nobody') return null;
    if (tried === null || tried.verdict === 'again') {
      await this.#host.client.workflow.start('webhookDelivery', {
        ...startDeliveryOptions(afterTry(this.#event, tried)),
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      });
    }
    return tried;
  }
}
