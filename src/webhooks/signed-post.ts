import type { Configuration } from '../config/configuration.ts';
import type { WebhookConfig } from '../config/schema.ts';
import { webhookHeaders } from './headers.ts';
import { post, type PostAnswer } from './post.ts';

/** A message to a webhook of an organization. */
export interface Message {
  readonly orgId: string;
  readonly webhook: WebhookConfig;
  /** The same however often it is sent. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly timeoutMs: number;
}

/**
 * Posts a message as its webhook and its organization have it: with the headers, the signature, and to which addresses.
 *
 * @throws NoAnswer when none came in time
 */
export async function signedPost(configuration: Configuration, message: Message): Promise<PostAnswer> {
  const { orgId, webhook, id, body, now, timeoutMs } = message;
  const { url, secret } = webhook;
  const headers = { ...webhook.headers, ...webhookHeaders(id, new Date(now), body, secret) };
  const allowPrivate = configuration.organization(orgId)?.allowPrivateWebhooks ?? false;
  return await post({ url, headers, body, timeoutMs, allowPrivate });
}
