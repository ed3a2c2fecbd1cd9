import { z } from 'zod';
import { mapping, orNull, text } from './fields.ts';
import type { TwilioConfig } from './types.ts';

const ONE_ADDRESS = 'expected either `stream`, the wss:// address of a media stream, or `sip`, a SIP address';

/** How Twilio writes the IDs of its resources: two letters for the kind, 32 hexadecimal digits. */
const sid = (kind: string) =>
  z.string().regex(new RegExp(`^${kind}[0-9a-fA-F]{32}$`), `expected ${kind} and 32 hexadecimal digits`);

/** Names of Twilio's edges and regions: `dublin`, `ie1`. They become part of a host name. */
const place = z.string().regex(/^[a-z0-9-]+$/, 'expected a name such as dublin or ie1');

/** Where Twilio connects a call to: a media stream, whose query it does not pass on, or a SIP address without headers. */
export const STREAM_ADDRESS = /^wss:\/\/[^?#\s]+$/;
export const SIP_ADDRESS = /^sips?:[^?\s]+$/;

const connect = mapping({
  stream: z
    .string()
    .regex(STREAM_ADDRESS, 'expected a wss:// address without a query, which Twilio does not pass on')
    .optional(),
  sip: z
    .string()
    .regex(SIP_ADDRESS, 'expected a SIP address such as sip:agent@example.com, without headers')
    .optional(),
}).transform(({ stream, sip }, context): TwilioConfig['connect'] => {
  if (stream !== undefined && sip === undefined) return { stream };
  if (sip !== undefined && stream === undefined) return { sip };
  context.addIssue(ONE_ADDRESS);
  return z.NEVER;
});

export const twilio = mapping({
  type: z.literal('twilio'),
  accountSid: sid('AC'),
  authToken: text,
  apiKey: orNull(sid('SK')),
  apiSecret: orNull(text),
  connect,
  machineDetection: z.boolean().default(false),
  region: orNull(place),
  edge: orNull(place),
  apiUrl: orNull(z.url({ protocol: /^https?$/, error: 'expected an http or https URL' })),
}).superRefine(({ apiKey, apiSecret }, context) => {
  if ((apiKey === null) === (apiSecret === null)) return;
  const missing = apiKey === null ? 'apiKey' : 'apiSecret';
  context.addIssue({ code: 'custom', path: [missing], message: 'expected `apiKey` and `apiSecret` together' });
}) satisfies z.ZodType<TwilioConfig>;
