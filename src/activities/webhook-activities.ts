import type { Configuration } from '../config/configuration.ts';
import type { Tried, WebhookEvent } from '../contract/webhook.ts';
import { tryDelivery } from '../webhooks/deliver.ts';

export type WebhookActivities = ReturnType<typeof createWebhookActivities>;

/** What tells webhooks, as configured in this process now. */
export function createWebhookActivities(configuration: () => Configuration) {
  return {
    /** Sends an event to its agent's webhook, once: how it goes on is for the workflow to decide. */
    async deliverWebhook(event: WebhookEvent): Promise<Tried> {
      return await tryDelivery(configuration(), event);
    },
  };
}
