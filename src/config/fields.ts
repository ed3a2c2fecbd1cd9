import { type CountryCode, isSupportedCountry } from 'libphonenumber-js/min';
import ms from 'ms';
import { z } from 'zod';
import { isTimeZone } from '../domain/time-zone.ts';

/**
 * A mapping whose unknown keys are mistakes, each reported at its own path with the keys it may have been meant for.
 * (Zod's strict objects report them together, at the path of the mapping.)
 */
export function mapping<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const unknownKey = z.custom(() => false, { params: { known: Object.keys(shape) } });
  return z.object(shape).catchall(unknownKey);
}

/** Text that becomes part of a Temporal ID, which holds no `:` and no `/`. */
export const name = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'expected a name of 1 to 64 letters, digits, `_`, `.` or `-`');

/**
 * What may be left out, and is then null. Writing `null`, or nothing after the colon, is not the same but a mistake:
 * `schedule:` with its hours commented out must not open an agent around the clock.
 */
export const orNull = <Schema extends z.ZodType>(schema: Schema) =>
  schema.optional().transform((value) => value ?? null);

/** Text with something in it. */
export const text = z.string().min(1);

/** An IANA time zone. */
export const timezone = z.string().refine(isTimeZone, 'expected a time zone such as America/New_York');

/** A country, ISO 3166-1 alpha-2. */
export const country = z
  .string()
  .refine((code): code is CountryCode => isSupportedCountry(code), 'expected a country code such as US (ISO 3166)');

export const A_DURATION = 'expected a duration such as 45s, 5m or 24h';
/** Keeps sums with dates inside what a date can hold. */
const LONGEST = '365d';

/**
 * A duration in words, as milliseconds. A bare number is refused, since nobody can tell its unit.
 *
 * @param least In the same words; by default anything that lasts.
 */
export function duration(least = '1ms', most = LONGEST) {
  return z.string({ error: A_DURATION }).transform((words, context) => {
    const length = parseDuration(words);
    if (length === null) context.addIssue(A_DURATION);
    else if (length < milliseconds(least)) context.addIssue(`expected at least ${least}`);
    else if (length > milliseconds(most)) context.addIssue(`expected at most ${most}`);
    else return Math.round(length);
    return z.NEVER;
  });
}

const milliseconds = (words: string): number => ms(words as ms.StringValue);

function parseDuration(words: string): number | null {
  if (words.length > 100 || !/[a-z]$/i.test(words)) return null; // `ms` throws, and takes a bare number
  const length = milliseconds(words);
  return Number.isFinite(length) ? length : null;
}
