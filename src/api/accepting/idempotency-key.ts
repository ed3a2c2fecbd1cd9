import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { v5 as uuidv5 } from 'uuid';
import { badRequest, Problem } from '../problem.ts';
import { isTooDeep } from './call-body.ts';
import { mapInTurns } from './turns.ts';

/** The longest key, in characters. */
const LONGEST_KEY = 255;

/**
 * The key that a request is sent with, so that its repeat is recognized; null without one.
 *
 * @throws Problem 400 for one that is empty or too long
 */
export function readKey(request: Request): string | null {
  const key = request.get('idempotency-key');
  if (key === undefined) return null;
  if (key === '' || key.length > LONGEST_KEY) {
    throw badRequest(`\`Idempotency-Key\`: expected 1 to ${LONGEST_KEY} characters.`);
  }
  return key;
}

/** Chosen once, for all IDs that are derived from a key. */
const NAMESPACE = '5b1f4a2e-6f0c-4d0b-9a57-0f6f0f1f7c1d';

/** The ID of the batch, or of the call, that a key stands for. It is the same for both: a key stands for one request. */
export const keyedId = (orgId: string, key: string): string => uuidv5(JSON.stringify([orgId, key]), NAMESPACE);

/** A request as far as a repeat has to be like it. */
export interface RepeatableRequest {
  readonly agentId: string;
  /** Of a bulk request. */
  readonly batchName?: string | null;
  readonly body: unknown;
}

/**
 * A hash of what a request asks for, in base64url: the same however its JSON is written, since a client that has been
 * started again may write its fields in another order.
 */
export async function hashRequest(
  kind: 'bulk' | 'call',
  { agentId, batchName = null, body }: RepeatableRequest,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([kind, agentId, batchName, Array.isArray(body)]));
  await mapInTurns(Array.isArray(body) ? body : [body], (item: unknown) => {
    // One that is too deep is never accepted, so that no repeat has to be like it.
    hash.update(isTooDeep(item) ? '\n' : `\n${JSON.stringify(sorted(item))}`);
  });
  return hash.digest('base64url');
}

/** The same JSON, the fields of every object in one order. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, inner]) => [name, sorted(inner)]));
}

/** Of a key under which another request was accepted, or is being accepted. */
export const keyOfAnother = (): Problem =>
  new Problem(
    422,
    'Unprocessable content',
    'This `Idempotency-Key` stands for another request, which was sent before: send this one under a key of its own.',
  );
