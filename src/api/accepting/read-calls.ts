import type { ApiDeps } from '../context.ts';
import { conflict, notFound, tooLarge } from '../problem.ts';
import { readCallBody } from './call-body.ts';
import { BodyMistakes, Mistakes } from './mistakes.ts';
import { type Acceptance, acceptanceOf, resolveCall, type ResolvedCall } from './resolve-call.ts';
import { mapInTurns } from './turns.ts';

/** The most calls that one request may hold: a batch of so many pages is opened, loaded and sealed within seconds. */
const MOST_CALLS = 50_000;

/**
 * How a request for an agent at `now`, milliseconds since the epoch, is read.
 *
 * @throws Problem 404 for an agent that the organization does not have, 409 for one that is disabled
 */
export function acceptanceFor(
  { configuration }: ApiDeps,
  request: { readonly orgId: string; readonly agentId: string },
  now: number,
): Acceptance {
  const agent = configuration().agent(request.orgId, request.agentId);
  if (agent === null) throw notFound('such agent');
  if (!agent.isEnabled) throw conflict('The agent is disabled: it takes no new calls.');
  return acceptanceOf(configuration(), agent, now);
}

/**
 * The calls of a bulk request's body, in its order.
 *
 * @throws Problem 400 with the mistakes of all calls, 413 for too many calls
 */
export async function readCalls(body: unknown, acceptance: Acceptance): Promise<ResolvedCall[]> {
  const mistakes = new BodyMistakes();
  if (!Array.isArray(body) || body.length === 0) {
    new Mistakes(mistakes, null).add('', `expected ${Array.isArray(body) ? 'at least one call' : 'an array of calls'}`);
    throw mistakes.toProblem();
  }
  if (body.length > MOST_CALLS) {
    throw tooLarge(`A request holds at most ${MOST_CALLS} calls, this one ${body.length}: send several requests.`);
  }
  const calls = await mapInTurns(body, (item, index) => readCall(item, new Mistakes(mistakes, index), acceptance));
  if (mistakes.total > 0) throw mistakes.toProblem();
  return calls.filter((call) => call !== null);
}

/**
 * The one call of a body.
 *
 * @throws Problem 400 with every mistake
 */
export function readOneCall(body: unknown, acceptance: Acceptance): ResolvedCall {
  const mistakes = new BodyMistakes();
  const call = readCall(body, new Mistakes(mistakes, null), acceptance);
  if (call === null) throw mistakes.toProblem();
  return call;
}

/** Null for a call that has mistakes. */
function readCall(item: unknown, mistakes: Mistakes, acceptance: Acceptance): ResolvedCall | null {
  const body = readCallBody(item, mistakes);
  return body === null ? null : resolveCall(body, mistakes, acceptance);
}
