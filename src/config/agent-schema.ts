import { z } from 'zod';
import { parsePrompt } from '../domain/prompt.ts';
import { contactRules } from './contact-rules-schema.ts';
import { country, duration, mapping, name, orNull, text, timezone } from './fields.ts';
import { retry } from './retry-schema.ts';
import { schedule } from './schedule-schema.ts';
import type { AgentConfig } from './types.ts';
import { predialWebhook, webhooks } from './webhook-schema.ts';

const prompt = z.string().superRefine((template, context) => {
  const parsed = parsePrompt(template);
  if (!parsed.ok) context.addIssue(parsed.message);
});

export const agent = mapping({
  agentId: name,
  orgId: name.default('default'),
  name: text,
  isEnabled: z.boolean().default(true),
  trunk: name,
  voiceAgent: orNull(text),
  prompt: orNull(prompt),
  requireVariables: z.boolean().default(false),
  additionalData: z.record(z.string(), z.json()).default({}),
  defaultCountry: orNull(country),
  timezone: timezone.optional(),
  defaultDeadline: duration().default(24 * 60 * 60 * 1000),
  onVoicemail: z.enum(['complete', 'retry']).default('complete'),
  schedule: orNull(schedule),
  retry,
  webhooks,
  predialWebhook: orNull(predialWebhook),
  contactRules: orNull(contactRules),
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
