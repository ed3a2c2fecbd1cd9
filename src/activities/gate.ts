import type { Plan, WaitingFor } from '../contract/call.ts';
import type { Outcome, PlaceCallInput } from '../contract/placement.ts';
import { toInstant } from '../domain/instant.ts';
import { planCall } from '../domain/plan.ts';
import type { TrunkHost } from './trunk-host.ts';

/** How soon a call that the configuration holds back asks again, in milliseconds: each asking is a page of its history. */
const ASK_AGAIN_MS = 5 * 60_000;

/**
 * Whether a call that has got its line may go out now: asked again right before it is dialed, since hours, agents and
 * deadlines may have changed while it waited.
 *
 * @param now milliseconds since the epoch
 * @returns null when it may; else an outcome that costs no attempt
 */
export function gate(host: Pick<TrunkHost, 'agent' | 'trunk'>, input: PlaceCallInput, now: number): Outcome | null {
  if (Date.parse(input.callDeadline) <= now) return { kind: 'not-dialed', because: 'deadline' };
  const agent = host.agent(input.agentId);
  if (agent === undefined || host.trunk() === undefined) {
    return notNow(later(now, 'agent-missing', 'its agent or its trunk is not configured'));
  }
  if (!agent.isEnabled) return notNow(later(now, 'agent-disabled', 'its agent is disabled'));
  const plan = planCall(agent.schedule, input.timezone, { now, notBefore: now, callDeadline: input.callDeadline });
  return plan.waitingFor === null ? null : notNow(plan);
}

const notNow = (plan: Plan): Outcome => ({ kind: 'not-now', plan });

const later = (now: number, waitingFor: WaitingFor, summary: string): Plan => ({
  at: toInstant(now + ASK_AGAIN_MS),
  waitingFor,
  summary,
});
