import { z } from 'zod';
import { mapping, orNull } from './fields.ts';
import type { PredialConfig, WebhookConfig, WebhooksConfig } from './types.ts';

/** Where something is sent to by HTTP. */
export const url = z
  .url({ protocol: /^https?$/, error: 'expected a URL such as https://example.com/hooks' })
  .refine(hasReadableCredentials, 'expected each `%` of its user and password as `%25`');

/** They are decoded before they are sent: where that fails, nothing ever would be. */
function hasReadableCredentials(words: string): boolean {
  if (!URL.canParse(words)) return true; // Said already.
  const { username, password } = new URL(words);
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
    return true;
  } catch {
    return false;
  }
}

/** Headers that a request brings by itself: another value would break it, or its signature. */
const OURS = /^(host|connection|content-length|content-type|transfer-encoding|upgrade|trailer|expect|webhook-.*)$/i;

/** What is sent beside our own: RFC 9110, a token, and visible characters with spaces and tabs between them. */
export const headers = z
  .record(
    z
      .string()
      .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected the name of an HTTP header')
      .refine((header) => !OURS.test(header), 'expected a header that Outdial does not set itself'),
    z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'expected the value of an HTTP header: one line'),
  )
  .default({});

/** Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
export const secret = z
  .string()
  .refine(isSigningSecret, 'expected `whsec_` and 24 to 64 bytes in base64: `echo whsec_$(openssl rand -base64 32)`');

function isSigningSecret(words: string): boolean {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(words)?.[1];
  if (base64 === undefined) return false;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length >= 24 && bytes.length <= 64 && bytes.toString('base64') === base64;
}

const fields = { url, headers, secret: orNull(secret) };

const webhook = mapping(fields) satisfies z.ZodType<WebhookConfig>;

/** Whom an agent's calls and batches are told to. */
export const webhooks = mapping({ start: orNull(webhook), result: orNull(webhook), batch: orNull(webhook) })
  .optional()
  .transform((given): WebhooksConfig => given ?? { start: null, result: null, batch: null });

export const predialWebhook = mapping({
  ...fields,
  onTimeout: z.enum(['go', 'wait']).default('go'),
}) satisfies z.ZodType<PredialConfig>;
