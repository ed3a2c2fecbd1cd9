import type { Request } from 'express';
import { z } from 'zod';
import { badRequest } from '../problem.ts';

const body = z.strictObject({ reason: z.string().max(100).nullish() }).nullish();

/**
 * The reason that a request gives in its body; null where it gives none.
 *
 * @throws Problem 400 for any other body
 */
export function readReason(request: Request): string | null {
  const parsed = body.safeParse(request.body);
  if (parsed.success) return parsed.data?.reason ?? null;
  throw badRequest('Expected no body, or `{"reason": "…"}` of at most 100 characters.');
}
