import { z } from 'zod';
import { mapping, orNull } from './fields.ts';
import type { HttpDialerConfig } from './types.ts';
import { headers, secret, url } from './webhook-schema.ts';

/** Files are shown around: what proves who asks is a header, and that comes from the environment. */
const address = url.refine(
  hasNoCredentials,
  'expected no user and password in it: use `headers: { Authorization: … }`',
);

function hasNoCredentials(words: string): boolean {
  if (!URL.canParse(words)) return true; // Said already.
  const { username, password } = new URL(words);
  return username === '' && password === '';
}

/** The address of one call. */
const callAddress = address.refine(
  (words) => /\{(identity|id)\}/.test(words),
  'expected `{identity}` or `{id}` in it, for the call that is meant',
);

const requestHeaders = headers.refine(
  (given) => !Object.keys(given).some((header) => /^idempotency-key$/i.test(header)),
  'expected no Idempotency-Key, which is the identity of each attempt',
);

export const httpDialer = mapping({
  type: z.literal('http'),
  url: address,
  headers: requestHeaders,
  secret: orNull(secret),
  statusUrl: orNull(callAddress),
  hangUpUrl: callAddress,
}) satisfies z.ZodType<HttpDialerConfig>;
