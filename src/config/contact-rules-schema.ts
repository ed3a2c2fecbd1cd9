import { z } from 'zod';
import { MOST_ATTEMPTS, type ContactRules } from '../contract/contact.ts';
import { mapping, orNull } from './fields.ts';

const attempts = orNull(z.int().min(1).max(MOST_ATTEMPTS));

/** How often one phone number may be called. An empty mapping is the one rule that all have: never twice at once. */
export const contactRules = mapping({
  maxAttemptsPerDay: attempts,
  maxAttemptsPerWeek: attempts,
}) satisfies z.ZodType<ContactRules>;
