import { setTimeout as sleep } from 'node:timers/promises';
import { toInstant } from '../../domain/instant.ts';
import type { Confirm } from '../dialer.ts';
import type { LiveKitCall } from './call.ts';
import { carrierRejected, type Classified, isPassing, ofFailedDial, ofLeaving, ofRefusedRoom } from './classify.ts';
import type { LiveKitClient, SipDial } from './client.ts';
import { Refused } from './errors.ts';
import { lookUp } from './look-up.ts';
import type { Timing } from './timing.ts';

export interface DialingDeps {
  readonly client: LiveKitClient;
  readonly timing: Timing;
  /** Whether the attempt is still ours: the agent may have taken longer than it takes another process to be given it. */
  readonly confirm: Confirm;
}

/**
 * What happens to a call once its room is there and its agent is sent for: the agent joins, the record is made, the person
 * is dialed. Never rejects: whatever goes wrong is an end. Nobody is dialed once the call was hung up or left to others. Nor
 * is anything ended that may be another's by now: who places the attempt anew has rooms of the same names.
 */
export async function dialOnceAgentIsThere(deps: DialingDeps, call: LiveKitCall, dial: SipDial): Promise<void> {
  const { client } = deps;
  const isOff = (): boolean => call.isStopped || call.life.aborted;
  const off = (): Promise<void> => (call.life.aborted ? Promise.resolve() : call.end(NO_AGENT_IN_TIME));

  const missing = await untilAgentIsThere(deps, call, isOff);
  if (!(await isSure(deps, call, isOff))) return await off();
  if (missing !== null) return await call.end(missing);

  try {
    await call.record.make({ dialedTime: toInstant(Date.now()) });
    // Who has taken the attempt over meanwhile has closed the room. LiveKit would open another for the dial, with no agent.
    const { agents } = await client.inRoom(dial.room, dial.participant);
    if (!(await isSure(deps, call, isOff))) return await off();
    if (agents === 0) return await call.end(NO_AGENT_IN_TIME);
  } catch (error) {
    return (await isSure(deps, call, isOff)) ? await call.end(notMade(error)) : await off();
  }

  // From here on nothing is awaited before LiveKit is asked: what was hung up or left by now is not dialed.
  if (isOff()) return await off();
  try {
    const sipCallId = await call.dialing(client.dial(dial));
    call.answered(Date.now(), sipCallId);
  } catch (error) {
    const failed = ofFailedDial(error, call.lastStatus);
    if (failed === null) return await untilKnown(deps, call);
    // Whose person was in the room is never placed anew.
    if (call.lastStatus !== null || (await isSure(deps, call, isOff))) await call.end(failed);
    else await off();
  }
}

/** Whether the attempt is known to be ours. Where it is not, who follows the call is told to hang up, or to leave it. */
async function isSure({ timing, confirm }: DialingDeps, call: LiveKitCall, isOff: () => boolean): Promise<boolean> {
  while (!isOff()) {
    try {
      await confirm();
      return !isOff();
    } catch {
      await sleep(timing.lookMs, undefined, { signal: call.life }).catch(() => undefined);
    }
  }
  return false;
}

/** Null once an agent is in the room; else why there is none. */
async function untilAgentIsThere(
  { client, timing }: DialingDeps,
  call: LiveKitCall,
  isOff: () => boolean,
): Promise<Classified | null> {
  const until = performance.now() + timing.agentMs;
  let failed: unknown = null;
  while (!isOff() && performance.now() < until) {
    try {
      if ((await client.inRoom(call.room, call.room)).agents > 0) return null;
      failed = null;
    } catch (error) {
      failed = error;
    }
    await sleep(timing.agentLookMs, undefined, { signal: call.life }).catch(() => undefined);
  }
  return failed === null ? NO_AGENT_IN_TIME : notMade(failed);
}

/**
 * The answer to the dial is lost: it is not asked again, since that would dial again. Either the person turns up in the
 * room and the call is watched, or it is seen what has become of it, as soon as LiveKit can be asked.
 */
async function untilKnown({ client, timing }: DialingDeps, call: LiveKitCall): Promise<void> {
  while (!call.isOver && !call.life.aborted) {
    try {
      const looked = await lookUp(client, call.record.now.identity, timing.graceMs);
      if (looked.kind === 'live') return call.resume(looked.person);
      if (looked.kind === 'not-taken') return await call.end(carrierRejected(null, 'LiveKit has not taken the dial'));
      return await call.end(call.lastStatus === null ? UNCERTAIN : ofLeaving(call.lastStatus, null));
    } catch {
      await sleep(timing.lookMs, undefined, { signal: call.life }).catch(() => undefined);
    }
  }
}

const notMade = (error: unknown): Classified =>
  error instanceof Refused && !isPassing(error)
    ? ofRefusedRoom(error)
    : carrierRejected(null, 'LiveKit could not be reached before it was to dial');

const NO_AGENT_IN_TIME: Classified = {
  disposition: 'agent-unavailable',
  providerCode: null,
  errorMessage: 'The voice agent did not join the room in time, so nobody was rung',
};

const UNCERTAIN: Classified = {
  disposition: 'uncertain',
  providerCode: null,
  errorMessage: 'LiveKit did not say whether it has dialed, and knows nothing of the call',
};
