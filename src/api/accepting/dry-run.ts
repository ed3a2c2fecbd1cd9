import type { AgentConfig } from '../../config/schema.ts';
import { mergeVariables, renderPrompt } from '../../domain/prompt.ts';
import type { ApiDeps } from '../context.ts';
import { tooLarge } from '../problem.ts';
import type { CallRequest } from './accept-call.ts';
import type { TriedCall } from './answers.ts';
import type { BulkRequest } from './prepare-batch.ts';
import { acceptanceFor, readCalls, readOneCall } from './read-calls.ts';
import type { ResolvedCall } from './resolve-call.ts';
import { mapInTurns } from './turns.ts';

/** So many characters of prompts are shown together: an answer is one text in memory. */
const MOST_SHOWN = 32 * 1024 * 1024;

/**
 * What `acceptBatch` would accept now, without scheduling it.
 *
 * @throws Problem 400, 404, 409 or 413, as it does, and 413 where its prompts are too long together to be shown
 */
export async function tryCalls(deps: ApiDeps, { body, ...request }: BulkRequest): Promise<TriedCall[]> {
  const acceptance = acceptanceFor(deps, request, Date.now());
  let shown = 0;
  return await mapInTurns(await readCalls(body, acceptance), (resolved) => {
    const call = asTried(acceptance.agent, resolved);
    shown += call.prompt?.length ?? 0;
    if (shown > MOST_SHOWN) throw tooLarge('A dry run shows at most 32 MB of prompts: try fewer calls at once.');
    return call;
  });
}

/** What `acceptCall` would accept now, in the same way. */
export function tryCall(deps: ApiDeps, { body, ...request }: CallRequest): TriedCall {
  const acceptance = acceptanceFor(deps, request, Date.now());
  return asTried(acceptance.agent, readOneCall(body, acceptance));
}

const asTried = (agent: AgentConfig, { facts, plan, normalizedEndpoint }: ResolvedCall): TriedCall => ({
  callId: '',
  facts: { ...facts, batchId: null },
  input: { endpoint: normalizedEndpoint, plan },
  prompt: renderPrompt(agent.prompt, mergeVariables(agent.additionalData, facts.additionalData)),
});
