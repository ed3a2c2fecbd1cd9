import type { Request } from 'express';
import { z } from 'zod';
import { CALL_STATUSES } from '../contract/call.ts';
import { nearestName } from '../config/suggestion.ts';
import { badRequest } from './problem.ts';

/**
 * The query string of a request, checked.
 *
 * @throws Problem 400 that names what is wrong: an unknown parameter too, so that a misspelt one is never silently lost
 */
export function readQuery<Shape extends z.ZodRawShape>(request: Request, shape: Shape): z.output<z.ZodObject<Shape>> {
  const known = Object.keys(shape);
  for (const name of Object.keys(request.query)) {
    if (!known.includes(name)) throw badRequest(unknownParameter(name, known));
  }
  const parsed = z.object(shape).safeParse(request.query);
  if (parsed.success) return parsed.data;
  throw badRequest(parsed.error.issues.map((issue) => `\`${issue.path.join('.')}\`: ${issue.message}`).join('; '));
}

function unknownParameter(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  const hint =
    nearest !== null
      ? `did you mean \`${nearest}\`?`
      : known.length === 0
        ? 'there are none here.'
        : `known are ${known.map((one) => `\`${one}\``).join(', ')}.`;
  return `Unknown query parameter \`${name.slice(0, 50)}\`: ${hint}`;
}

/** A name as IDs have them: safe in a visibility query. */
export const name = z.string().regex(/^[A-Za-z0-9_.-]{1,255}$/, 'expected letters, digits, `_`, `.` and `-`');

/** A parameter that may be repeated. */
export const repeatable = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), z.array(item).optional());

/** A whole number in a range. */
export const wholeNumber = (least: number, most: number, otherwise: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `expected a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `expected a whole number from ${least} to ${most}`)
    .default(otherwise);

/** `true` or `false`. */
export const flag = z
  .enum(['true', 'false'], 'expected `true` or `false`')
  .default('false')
  .transform((value) => value === 'true');

/** An instant, with its offset. */
export const dateTime = z.iso
  .datetime({ offset: true, error: 'expected a date and time with an offset, such as 2026-11-24T09:00:00Z' })
  .transform((value) => new Date(value).toISOString());

/** A call's status. */
export const callStatus = z.enum(CALL_STATUSES, `expected one of ${CALL_STATUSES.join(', ')}`);
