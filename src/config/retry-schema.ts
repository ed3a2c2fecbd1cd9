import { z } from 'zod';
import { type Disposition, type RetryPolicy } from '../contract/call.ts';
import { DEFAULT_RETRY_DELAYS_MS, NO_RETRY } from '../domain/retry.ts';
import { A_DURATION, duration, mapping } from './fields.ts';
import { inOurWords } from './wording.ts';

/** Null is `never`: the disposition is final. */
const oneDelay = z.string({ error: `${A_DURATION}, or never` }).transform((words, context) => {
  if (words === 'never') return null;
  const parsed = duration().safeParse(words);
  if (parsed.success) return parsed.data;
  for (const { message } of parsed.error.issues) context.addIssue(`${message}, or never`);
  return z.NEVER;
});

/** Delays that grow. More of them than anybody writes would only weigh on every call that they are frozen into. */
const delayList = z.array(duration()).min(1).max(20);

/** One delay, or a list of them. A union would only say that neither fits. */
const delay = z.unknown().transform((given, context) => {
  const schema = Array.isArray(given) ? delayList : oneDelay;
  const parsed = schema.safeParse(given, { error: inOurWords });
  if (parsed.success) return parsed.data;
  for (const { message, path } of parsed.error.issues) context.addIssue({ code: 'custom', message, path });
  return z.NEVER;
});

const final = z.custom<undefined>(() => false, 'expected no delay, since a call that was answered is complete');

const delays = mapping({
  answered: final.optional(),
  busy: delay.optional(),
  'no-answer': delay.optional(),
  declined: delay.optional(),
  voicemail: delay.optional(),
  'invalid-number': delay.optional(),
  unreachable: delay.optional(),
  'carrier-rejected': delay.optional(),
  'agent-unavailable': delay.optional(),
  failed: delay.optional(),
  uncertain: delay.optional(),
} satisfies Record<Disposition, z.ZodType>);

/**
 * When to try again, resolved to the policy that calls freeze: left out, a call is attempted once, since ringing people
 * again must be asked for; `delays` override the defaults disposition by disposition.
 */
export const retry = mapping({
  maxAttempts: z.int().min(1).max(100),
  delays: delays.default({}),
})
  .optional()
  .transform((given): RetryPolicy => {
    if (given === undefined) return NO_RETRY;
    return { ...NO_RETRY, maxAttempts: given.maxAttempts, delaysMs: { ...DEFAULT_RETRY_DELAYS_MS, ...given.delays } };
  });
