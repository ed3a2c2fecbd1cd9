import { condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { getDeliveryQuery, redeliverSignal } from '../contract/messages.ts';
import type { Delivery, DeliveryInput, DeliveryStatus, WebhookAttempt, WebhookEvent } from '../contract/webhook.ts';
import { nextTry } from '../domain/delivery-delay.ts';
import { toInstant } from '../domain/instant.ts';
import { tryOnce } from './tell-webhook.ts';

/**
 * Delivers one event that could not be delivered at once: with growing delays for up to 72 hours, until the receiver takes
 * it, or says that it never will. It outlives its call.
 */
export async function webhookDelivery(input: DeliveryInput): Promise<Delivery> {
  const delivery = new DeliveryState(input);
  while (delivery.status === 'pending') {
    if (await delivery.isDue()) await delivery.try();
  }
  return delivery.view();
}

class DeliveryState {
  status: DeliveryStatus = 'pending';
  readonly #event: WebhookEvent;
  readonly #attempts: WebhookAttempt[];
  readonly #first: number;
  #tries: number;
  #retryAfterMs: number | null;
  /** When it is tried next; null for now. */
  #next: number | null = null;
  #isAskedFor = false;

  constructor({ event, attempts, retryAfterMs }: DeliveryInput) {
    this.#event = event;
    this.#attempts = [...attempts];
    this.#first = Date.now();
    this.#tries = attempts.length;
    this.#retryAfterMs = retryAfterMs;
    setHandler(redeliverSignal, () => void (this.#isAskedFor = true));
    setHandler(getDeliveryQuery, () => this.view());
  }

  /** Waits for its time, or until somebody asks for it; false where it gives up. */
  async isDue(): Promise<boolean> {
    if (this.#tries === 0 || this.#isAskedFor) return true;
    const now = Date.now();
    const retryAfterMs = this.#retryAfterMs;
    this.#next = nextTry({ first: this.#first, now, tries: this.#tries, retryAfterMs, random: Math.random() });
    if (this.#next === null) {
      this.#end('expired');
      return false;
    }
    this.#show(`tries again at ${toInstant(this.#next)}`);
    await condition(() => this.#isAskedFor, Math.max(1, this.#next - now), { summary: 'tries again' });
    return true;
  }

  async try(): Promise<void> {
    this.#isAskedFor = false;
    this.#next = null;
    this.#tries += 1;
    const tried = await tryOnce(this.#event);
    this.#retryAfterMs = null;
    if (tried === null) return;
    if (tried.verdict === 'nobody') {
      this.#end('stopped');
      return;
    }
    this.#attempts.push(tried.attempt);
    this.#retryAfterMs = tried.retryAfterMs;
    if (tried.verdict !== 'again') this.#end(tried.verdict);
  }

  view(): Delivery {
    return {
      event: this.#event.event,
      webhookId: this.#event.id,
      status: this.status,
      attempts: this.#attempts,
      nextAttemptTime: this.#next === null ? null : toInstant(this.#next),
    };
  }

  /** Somebody may have asked for another try while this one was under way. */
  #end(status: DeliveryStatus): void {
    if (this.#isAskedFor) return;
    this.status = status;
    this.#show(`after ${this.#tries} tries`);
  }

  #show(words: string): void {
    setCurrentDetails(`**${this.status}**: ${words}`);
  }
}
