import type { ApiDeps } from '../context.ts';
import type { BulkRequest } from './prepare-batch.ts';
import type { CallRequest } from './accept-call.ts';
import type { AnsweredCall } from './answers.ts';
import { acceptanceFor, readCalls, readOneCall } from './read-calls.ts';
import type { ResolvedCall } from './resolve-call.ts';

/**
 * What `acceptBatch` would accept now, without scheduling it.
 *
 * @throws Problem 400, 404, 409 or 413, as it does
 */
export async function tryCalls(deps: ApiDeps, { body, ...request }: BulkRequest): Promise<AnsweredCall[]> {
  return (await readCalls(body, acceptanceFor(deps, request, Date.now()))).map(asTried);
}

/** What `acceptCall` would accept now, in the same way. */
export const tryCall = (deps: ApiDeps, { body, ...request }: CallRequest): AnsweredCall =>
  asTried(readOneCall(body, acceptanceFor(deps, request, Date.now())));

const asTried = ({ facts, plan, normalizedEndpoint }: ResolvedCall): AnsweredCall => ({
  callId: '',
  facts: { ...facts, batchId: null },
  input: { endpoint: normalizedEndpoint, plan },
});
