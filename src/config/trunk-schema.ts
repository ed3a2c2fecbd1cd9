import { z } from 'zod';
import { country, mapping, name, orNull, text } from './fields.ts';
import type { DialerConfig, TrunkConfig } from './types.ts';

const simulator = mapping({
  type: z.literal('simulator'),
  speed: z.number().positive().default(1),
  ledger: orNull(text),
});

const dialer = z.discriminatedUnion('type', [simulator]) satisfies z.ZodType<DialerConfig>;

export const trunk = mapping({
  name,
  orgId: name.default('default'),
  lines: z.int().min(1).max(10_000),
  callsPerSecond: orNull(z.number().positive().max(1000)),
  callerId: orNull(text),
  endpoints: z.enum(['e164', 'any']).default('e164'),
  allowedCountries: orNull(z.array(country).min(1)),
  callerIds: orNull(z.array(text)),
  dialer,
}) satisfies z.ZodType<TrunkConfig>;
