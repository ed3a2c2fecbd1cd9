import { Webhook } from 'standardwebhooks';

/**
 * The headers of Standard Webhooks: they name the message and its time, and sign both with the body where there is a secret.
 *
 * @param id the same however often the message is sent
 */
export function webhookHeaders(id: string, time: Date, body: string, secret: string | null): Record<string, string> {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(time.getTime() / 1_000)) };
  return secret === null ? headers : { ...headers, 'webhook-signature': new Webhook(secret).sign(id, time, body) };
}

/**
 * How long a receiver wants to be left alone, in milliseconds; null where it does not say, or not so that it can be read.
 *
 * @param value of `Retry-After` (RFC 9110, 10.2.3): seconds, or a date
 * @param now milliseconds since the epoch
 */
export function readRetryAfter(value: string | string[] | undefined, now: number): number | null {
  if (typeof value !== 'string') return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const date = /^[A-Z][a-z]{2,8},? /.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
