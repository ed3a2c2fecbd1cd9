import type { AgentConfig } from '../../config/schema.ts';
import { PAGE_CALLS } from '../../contract/batch.ts';
import { readCallBody } from './call-body.ts';
import type { ApiDeps } from '../context.ts';
import { badBody, badRequest, conflict, notFound, tooLarge, type BodyMistake } from '../problem.ts';
import { Mistakes } from './mistakes.ts';
import { resolveCall, type Acceptance, type ResolvedCall } from './resolve-call.ts';

/** The most calls that one request may hold. */
const MOST_CALLS = PAGE_CALLS;

/** As many mistakes as are looked for: an answer with more is of no use, and 32 MB could hold millions. */
const MOST_MISTAKES = 10_000;

/**
 * The agent that a request is for.
 *
 * @throws Problem 404 for one that the organization does not have, 409 for one that is disabled
 */
export function agentFor({ configuration }: ApiDeps, orgId: string, agentId: string | undefined): AgentConfig {
  if (agentId === undefined) throw badRequest('Say which agent calls: `?agentId=…`.');
  const agent = configuration().agent(orgId, agentId);
  if (agent === null) throw notFound('such agent');
  if (!agent.isEnabled) throw conflict('The agent is disabled: it takes no new calls.');
  return agent;
}

/**
 * The calls of a bulk request's body, in its order.
 *
 * @throws Problem 400 with every mistake of every call, 413 for too many
 */
export function readCalls(body: unknown, acceptance: Acceptance): ResolvedCall[] {
  if (!Array.isArray(body)) throw badBody([{ index: null, path: '', message: 'expected an array of calls' }]);
  if (body.length === 0) throw badBody([{ index: null, path: '', message: 'expected at least one call' }]);
  if (body.length > MOST_CALLS) {
    throw tooLarge(`A request holds at most ${MOST_CALLS} calls, this one ${body.length}: send several requests.`);
  }
  const mistakes: BodyMistake[] = [];
  const calls: ResolvedCall[] = [];
  for (const [index, item] of body.entries()) {
    if (mistakes.length >= MOST_MISTAKES) {
      mistakes.push({
        index,
        path: '',
        message: 'from here on the calls were not looked at: there are too many mistakes',
      });
      break;
    }
    const call = readCall(item, index, acceptance);
    if (Array.isArray(call)) mistakes.push(...call);
    else calls.push(call);
  }
  if (mistakes.length > 0) throw badBody(mistakes);
  return calls;
}

/**
 * The one call of a body.
 *
 * @throws Problem 400 with every mistake
 */
export function readOneCall(body: unknown, acceptance: Acceptance): ResolvedCall {
  const call = readCall(body, null, acceptance);
  if (Array.isArray(call)) throw badBody(call);
  return call;
}

/** A call, or everything that is wrong with it. */
function readCall(item: unknown, index: number | null, acceptance: Acceptance): ResolvedCall | BodyMistake[] {
  const mistakes = new Mistakes(index);
  const body = readCallBody(item, mistakes);
  const call = body === null ? null : resolveCall(body, mistakes, acceptance);
  return call ?? mistakes.found;
}
