import { z } from 'zod';
import { country, mapping, name, orNull, text } from './fields.ts';
import { dialer } from './dialer-schema.ts';
import type { TrunkConfig } from './types.ts';

const ANY_COUNTRY =
  'contradicts `endpoints: any`, since nobody can tell the country of whatever a provider understands: leave one of them out';

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
}).superRefine(({ endpoints, allowedCountries }, context) => {
  if (endpoints === 'e164' || allowedCountries === null) return;
  context.addIssue({ code: 'custom', path: ['allowedCountries'], message: ANY_COUNTRY });
}) satisfies z.ZodType<TrunkConfig>;
