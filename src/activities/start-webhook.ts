import { WorkflowIdConflictPolicy } from '@temporalio/client';
import type { Outcome, PlaceCallInput } from '../contract/placement.ts';
import { afterTry, startDeliveryOptions } from '../contract/start-delivery.ts';
import type { Tried, WebhookEvent } from '../contract/webhook.ts';
import { startEvent } from '../domain/webhook-events.ts';
import { CallWorkflow } from './call-workflow.ts';
import type { TrunkHost } from './trunk-host.ts';

type Host = Pick<TrunkHost, 'client' | 'tellWebhook' | 'log'>;
type EndedOutcome = Extract<Outcome, { kind: 'ended' }>;

/** Tells an agent's webhook that an attempt is being dialed, beside the dial: it holds nothing up. */
export class StartWebhook {
  /** What came of it; null while nobody knows. */
  tried: Tried | null = null;
  readonly #host: Host;
  readonly #event: WebhookEvent;
  #isBegun = false;

  /** Of the call that the activity under way works for. */
  constructor(host: Host, input: PlaceCallInput) {
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
   * workflow. Throws nothing: where that cannot be started, the call's own is to start it, since an attempt that has ended
   * must not be lost for its start.
   */
  async settle(): Promise<Pick<EndedOutcome, 'start' | 'startUntold'>> {
    const { tried } = this;
    if (!this.#isBegun || tried?.verdict === 'nobody') return {};
    const told = tried === null ? {} : { start: tried };
    if (tried !== null && tried.verdict !== 'again') return told;
    return (await this.#handOver(tried)) ? told : { ...told, startUntold: true };
  }

  async #handOver(tried: Tried | null): Promise<boolean> {
    const { client, log } = this.#host;
    try {
      await client.workflow.start('webhookDelivery', {
        ...startDeliveryOptions(afterTry(this.#event, tried)),
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      });
      return true;
    } catch (error) {
      log.warn({ err: error, event: this.#event.id }, 'cannot leave an event to a workflow: leaves it to the call');
      return false;
    }
  }
}
