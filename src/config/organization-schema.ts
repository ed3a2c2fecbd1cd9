import { z } from 'zod';
import { contactRules } from './contact-rules-schema.ts';
import { mapping, name, orNull, text } from './fields.ts';
import { hashKey } from './key-hash.ts';
import { legalHours } from './schedule-schema.ts';

const apiKey = mapping({
  name: text,
  key: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'expected visible ASCII characters without spaces, since it travels in a header')
    .optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'expected 64 hexadecimal digits')
    .optional(),
  loopbackOnly: z.boolean().default(false),
}).transform(({ name, key, sha256, loopbackOnly }, context) => {
  if ((key === undefined) === (sha256 === undefined)) {
    const message = 'expected either `key` or `sha256`';
    context.addIssue({ code: 'custom', message });
  }
  return { name, sha256: key === undefined ? (sha256 ?? '').toLowerCase() : hashKey(key), loopbackOnly };
});

/** `=` parts a key from its value in Temporal's search attribute. */
const searchableKey = text.refine((key) => !key.includes('='), 'expected a key without `=`');

export const organization = mapping({
  orgId: name,
  apiKeys: z.array(apiKey).default([]),
  searchable: z.array(searchableKey).default(['campaignId']),
  legalHours: orNull(legalHours),
  allowPrivateWebhooks: z.boolean().default(false),
  contactRules: orNull(contactRules),
});

/** The API key of a deployment without organizations, and of the example: everybody knows it. */
export const DEVELOPMENT_KEY = 'outdial-development';

/** What a file without `organizations` has: one, with the development key. */
export const DEVELOPMENT_ORGANIZATIONS: readonly z.output<typeof organization>[] = [
  {
    orgId: 'default',
    apiKeys: [{ name: 'development', sha256: hashKey(DEVELOPMENT_KEY), loopbackOnly: true }],
    searchable: ['campaignId'],
    legalHours: null,
    allowPrivateWebhooks: false,
    contactRules: null,
  },
];
