import type { UnstartedCall } from '../activities/call-activities.ts';
import type { PageCall } from '../contract/batch.ts';
import { followsItsAgent, type Plan } from '../contract/call.ts';
import { planning } from './call-activities.ts';

/**
 * Calls that are about to start, with plans by their agents' calling hours of today: these may have changed while they were
 * held. Costs nothing where all are due.
 *
 * @param look the calls as they are: an edit may change them meanwhile, and has planned them then
 */
export async function plannedAnew(look: () => PageCall[]): Promise<PageCall[]> {
  const asleep = look().filter(isAsleep);
  if (asleep.length === 0) return look();
  const plans = await planning.planUnstarted(asleep.map(unstarted));
  const anew = new Map(asleep.map((call, index) => [call, plans[index] ?? null]));
  return look().map((call) => withPlan(call, anew.get(call) ?? null));
}

const isAsleep = ({ input: { plan } }: PageCall): boolean =>
  followsItsAgent(plan.waitingFor) && Date.parse(plan.at) > Date.now();

const withPlan = (call: PageCall, plan: Plan | null): PageCall =>
  plan === null ? call : { ...call, input: { ...call.input, plan } };

const unstarted = ({ facts, input }: PageCall): UnstartedCall => {
  const { orgId, agentId, timezone, callDeadline, scheduledTime } = facts;
  const notBefore = scheduledTime === null ? 0 : Date.parse(scheduledTime);
  return { orgId, agentId, timezone, callDeadline, notBefore, because: 'scheduled-time', plan: input.plan };
};
