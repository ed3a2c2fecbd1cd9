import type { AgentRules, ChangedAgents } from '../contract/trunk.ts';

/**
 * The agents whose waiting calls have to be planned anew when `before` becomes `after`. One that is switched off, or gone,
 * is none of them: its calls are held back once they are due.
 */
export function changedAgents(before: AgentRules, after: AgentRules): ChangedAgents {
  const hours = Object.keys(after.hours).filter((agentId) => after.hours[agentId] !== before.hours[agentId]);
  const [changed, off] = [new Set(hours), new Set(after.disabled)];
  const enabled = before.disabled.filter(
    (agentId) => Object.hasOwn(after.hours, agentId) && !off.has(agentId) && !changed.has(agentId),
  );
  return { hours, enabled };
}
