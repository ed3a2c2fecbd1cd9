import { type CountryCode, isSupportedCountry } from 'libphonenumber-js/min';
import { z } from 'zod';
import { duration, mapping, name, orNull, text, timezone } from './fields.ts';
import { promptProblem } from './prompt-check.ts';
import { retry } from './retry-schema.ts';
import { schedule } from './schedule-schema.ts';
import type { AgentConfig } from './types.ts';

const prompt = z.string().superRefine((template, context) => {
  const problem = promptProblem(template);
  if (problem !== null) context.addIssue(problem);
});

const country = z
  .string()
  .refine((code): code is CountryCode => isSupportedCountry(code), 'expected a country code such as US (ISO 3166)');

export const agent = mapping({
  agentId: name,
  orgId: name.default('default'),
  name: text,
  isEnabled: z.boolean().default(true),
  trunk: name,
  prompt: orNull(prompt),
  additionalData: z.record(z.string(), z.json()).default({}),
  defaultCountry: orNull(country),
  timezone: timezone.optional(),
  defaultDeadline: duration().default(24 * 60 * 60 * 1000),
  onVoicemail: z.enum(['complete', 'retry']).default('complete'),
  schedule: orNull(schedule),
  retry,
  // A telephone network gives up by itself long before five minutes; below five seconds nobody reaches the phone.
  ringTimeout: duration('5s', '5m').default(45 * 1000),
  maxDuration: duration('1s', '24h').default(60 * 60 * 1000),
}).transform(({ timezone, defaultDeadline, ringTimeout, maxDuration, ...rest }): AgentConfig => {
  return {
    ...rest,
    timezone: rest.schedule?.timezone ?? timezone ?? 'UTC',
    defaultDeadlineMs: defaultDeadline,
    ringTimeoutMs: ringTimeout,
    maxDurationMs: maxDuration,
  };
});
