import type { Outcome, PlaceCallInput } from '../contract/placement.ts';
import { toInstant } from '../domain/instant.ts';
import { notNow } from './not-now.ts';
import type { TrunkHost } from './trunk-host.ts';

/** How soon a call asks again whose pre-dial check has not answered, in milliseconds. */
const ASK_AGAIN_MS = 60_000;

/**
 * What the agent's pre-dial check makes of a call that is about to be dialed.
 *
 * @param now milliseconds since the epoch
 * @returns null when it may go out
 */
export async function gateByPredial(
  host: Pick<TrunkHost, 'askPredial'>,
  callId: string,
  input: PlaceCallInput,
  now: number,
): Promise<Outcome | null> {
  const { orgId, agentId, endpoint, endpointAsSent = endpoint, additionalData, attempt } = input;
  const question = { orgId, agentId, callId, endpoint: endpointAsSent, additionalData, attempt };
  const answer = await host.askPredial(question);
  switch (answer.kind) {
    case 'go':
      return null;
    case 'wait': {
      const summary = 'its pre-dial check does not answer';
      const plan = { at: toInstant(now + ASK_AGAIN_MS), waitingFor: 'predial', summary } as const;
      return notNow(plan, now);
    }
    case 'no': {
      const message = `The pre-dial check said no${answer.reason === null ? '' : `: ${answer.reason}`}`;
      return { kind: 'not-dialed', because: 'predial', message };
    }
  }
}
