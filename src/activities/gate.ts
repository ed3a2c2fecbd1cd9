import type { WaitingFor } from '../contract/call.ts';
import type { NotDialedBecause, Outcome, PlaceCallInput } from '../contract/placement.ts';
import { callerIdMistake, countryMistake, type TrunkLimits } from '../domain/allowed.ts';
import { toInstant } from '../domain/instant.ts';
import { planCall } from '../domain/plan.ts';
import { notNow } from './not-now.ts';
import type { TrunkHost } from './trunk-host.ts';

/**
 * How soon a call asks again that the configuration or its batch holds back, in milliseconds: each asking is a page of its
 * history, and it is woken when the configuration changes, or its batch goes on.
 */
const ASK_AGAIN_MS = 60 * 60_000;

/** How soon a call goes back to the queue whose trunk was paused after it was handed out, in milliseconds: there it waits. */
const BACK_TO_QUEUE_MS = 1_000;

/** What the gate asks. */
export type GateHost = Pick<TrunkHost, 'agent' | 'trunk' | 'batchGate' | 'isPaused'>;

/**
 * Whether a call that has got its line may go out now: asked again right before it is dialed, since hours, agents, batches
 * and deadlines may have changed while it waited.
 *
 * @param now milliseconds since the epoch
 * @param hasWaited whether it was handed out a while ago: then its trunk may have been paused since
 * @returns null when it may; else an outcome that costs no attempt
 * @throws ServiceError when Temporal cannot be asked
 */
export async function gate(
  host: GateHost,
  input: PlaceCallInput,
  now: number,
  hasWaited: boolean,
): Promise<Outcome | null> {
  return gateByConfiguration(host, input, now) ?? (await gateByPauses(host, input, now, hasWaited));
}

function gateByConfiguration(host: GateHost, input: PlaceCallInput, now: number): Outcome | null {
  if (Date.parse(input.callDeadline) <= now) return { kind: 'not-dialed', because: 'deadline' };
  const [agent, trunk] = [host.agent(input.agentId), host.trunk()];
  if (agent === undefined || trunk === undefined) {
    return heldBack(now, ASK_AGAIN_MS, 'agent-missing', 'its agent or its trunk is not configured');
  }
  if (!agent.isEnabled) return heldBack(now, ASK_AGAIN_MS, 'agent-disabled', 'its agent is disabled');
  const plan = planCall(agent.schedule, input.timezone, { now, notBefore: now, callDeadline: input.callDeadline });
  return plan.waitingFor === null ? gateByTrunk(trunk, input) : notNow(plan, now);
}

/** Against toll fraud: the trunk's limits as they are now, whatever the call was accepted by. */
function gateByTrunk(trunk: TrunkLimits, { endpoint, overrideOutboundConfig }: PlaceCallInput): Outcome | null {
  const country = countryMistake(endpoint, trunk);
  if (country !== null) return notDialed('country-not-allowed', `The endpoint ${country}`);
  const callerId = callerIdMistake(overrideOutboundConfig?.phoneNumber ?? null, trunk);
  return callerId === null ? null : notDialed('caller-id-not-allowed', `The caller ID ${callerId}`);
}

async function gateByPauses(
  host: GateHost,
  { batchId }: PlaceCallInput,
  now: number,
  hasWaited: boolean,
): Promise<Outcome | null> {
  const [batch, isTrunkPaused] = await Promise.all([
    batchId === null ? 'open' : host.batchGate(batchId),
    hasWaited && host.isPaused(),
  ]);
  if (batch === 'canceled') return { kind: 'not-dialed', because: 'batch' };
  if (batch === 'paused') return heldBack(now, ASK_AGAIN_MS, 'batch-paused', 'its batch is paused');
  return isTrunkPaused ? heldBack(now, BACK_TO_QUEUE_MS, 'trunk-paused', 'its trunk is paused') : null;
}

const notDialed = (because: NotDialedBecause, message: string): Outcome => ({ kind: 'not-dialed', because, message });

const heldBack = (now: number, ms: number, waitingFor: WaitingFor, summary: string): Outcome =>
  notNow({ at: toInstant(now + ms), waitingFor, summary }, now);
