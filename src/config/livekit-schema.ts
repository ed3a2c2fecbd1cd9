import { z } from 'zod';
import { mapping, text } from './fields.ts';
import type { LiveKitConfig } from './types.ts';

const url = z.string().refine((given) => URL.canParse(given) && /^(https?|wss?):$/.test(new URL(given).protocol), {
  error: 'expected the address of a LiveKit server, such as wss://acme.livekit.cloud',
});

export const livekit = mapping({
  type: z.literal('livekit'),
  url,
  apiKey: text,
  apiSecret: text,
  sipTrunkId: text.regex(/^ST_/, 'expected the ID of an outbound SIP trunk: ST_…'),
  agentName: text,
}) satisfies z.ZodType<LiveKitConfig>;
