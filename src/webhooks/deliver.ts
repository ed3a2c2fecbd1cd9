import type { Configuration } from '../config/configuration.ts';
import type { WebhookConfig } from '../config/schema.ts';
import type { Tried, WebhookAttempt, WebhookEvent } from '../contract/webhook.ts';
import { toInstant } from '../domain/instant.ts';
import { readRetryAfter } from './headers.ts';
import { NoAnswer, type PostAnswer } from './post.ts';
import { signedPost } from './signed-post.ts';

/** How long a receiver has to answer, in milliseconds. */
const WEBHOOK_TIMEOUT_MS = 10_000;

/** What says "later" among the answers that else say "never": too slow, too early, too many. */
const LATER = new Set([408, 425, 429]);

/** The webhook that an event goes to, as configured now; null where nobody is to be told. */
export const webhookOf = (configuration: Configuration, { kind, payload }: WebhookEvent): WebhookConfig | null =>
  configuration.agent(payload.orgId, payload.agentId)?.webhooks[kind] ?? null;

/** Sends an event to its agent's webhook, once. @throws nothing: that no answer came is an attempt too */
export async function tryDelivery(configuration: Configuration, event: WebhookEvent): Promise<Tried> {
  const webhook = webhookOf(configuration, event);
  if (webhook === null) return { verdict: 'nobody' };
  const began = Date.now();
  const attempt = (more: Pick<WebhookAttempt, 'statusCode' | 'error'>): WebhookAttempt => ({
    time: toInstant(began),
    url: withoutCredentials(webhook.url),
    durationMs: Math.max(0, Date.now() - began),
    ...more,
  });
  const about = { orgId: event.payload.orgId, id: event.id, body: bodyOf(configuration, event) };
  try {
    const answer = await signedPost(configuration, { ...about, webhook, now: began, timeoutMs: WEBHOOK_TIMEOUT_MS });
    return {
      verdict: verdictOn(answer),
      attempt: attempt({ statusCode: answer.statusCode, error: null }),
      retryAfterMs: readRetryAfter(answer.headers['retry-after'], Date.now()),
    };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { verdict: 'again', attempt: attempt({ statusCode: null, error: error.message }), retryAfterMs: null };
  }
}

/** The event as it is sent: with what its agent brings to its calls by then. */
function bodyOf(configuration: Configuration, { payload }: WebhookEvent): string {
  if (payload.type === 'BatchCompletedWebHookPayload') return JSON.stringify(payload);
  const { type, status, callId, agentId, orgId, endpoint, callAdditionalData, ...more } = payload;
  const agentAdditionalData = configuration.agent(orgId, agentId)?.additionalData ?? null;
  const who = { type, status, callId, agentId, orgId, endpoint, callAdditionalData, agentAdditionalData };
  return JSON.stringify({ ...who, ...more });
}

function verdictOn({ statusCode }: PostAnswer): 'delivered' | 'stopped' | 'again' {
  if (statusCode >= 200 && statusCode < 300) return 'delivered';
  return statusCode >= 400 && statusCode < 500 && !LATER.has(statusCode) ? 'stopped' : 'again';
}

/** A URL as it may be shown. */
export function withoutCredentials(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
