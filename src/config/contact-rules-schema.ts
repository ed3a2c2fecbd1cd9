import { z } from 'zod';
import { mapping, orNull } from './fields.ts';
import type { ContactRules } from './types.ts';

const attempts = orNull(z.int().min(1).max(1_000));

/** How often one phone number may be called. An empty mapping is the one rule that all have: never twice at once. */
export const contactRules = mapping({
  maxAttemptsPerDay: attempts,
  maxAttemptsPerWeek: attempts,
}) satisfies z.ZodType<ContactRules>;
