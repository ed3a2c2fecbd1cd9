import { workflowInfo } from '@temporalio/workflow';
import type { PageCall } from '../contract/batch.ts';
import type { CallResult } from '../contract/call.ts';
import type { Outcome } from '../contract/placement.ts';
import { outcomeOf } from '../domain/call-history.ts';
import { toInstant } from '../domain/instant.ts';
import { type CallEnd, endEvent } from '../domain/webhook-events.ts';
import { planning } from './call-activities.ts';
import type { CallState } from './call-state.ts';
import type { PageState } from './page-state.ts';
import { handOver, tell } from './tell-webhook.ts';

/** Tells the agent's webhook how a call has ended. @param outcome the one that ended it */
export async function tellEnd({ facts, input }: CallState, result: CallResult, outcome: Outcome): Promise<void> {
  if (input.tellsWebhooks !== true) return;
  const { orgId, agentId, createdTime } = facts;
  // Who has dialed knows. Else it is asked for only here, since an agent's webhooks may change while its calls wait.
  const isHeard = outcome.kind === 'ended' ? outcome.tellsResult : undefined;
  if (!(isHeard ?? (await planning.hasWebhook({ orgId, agentId, kind: 'result' })))) return;
  const last = outcome.kind === 'ended' ? outcome.end : null;
  const end: CallEnd = {
    ...result,
    createdTime,
    completedTime: result.completedTime ?? toInstant(Date.now()),
    transcription: last?.transcription ?? null,
    result: last === null ? null : outcomeOf(last),
    errorMessage: last?.errorMessage ?? (outcome.kind === 'not-dialed' ? (outcome.message ?? null) : null),
  };
  await tell(endEvent(workflowInfo().workflowId, facts, end));
}

/** The same of calls that have no workflow which could tell it: each is left to a delivery of its own. */
export async function tellOfOthers(ended: readonly { call: PageCall; end: CallEnd }[]): Promise<void> {
  const telling = ended.filter(({ call }) => call.input.tellsWebhooks === true);
  const [first] = telling;
  if (first === undefined) return;
  // Calls of one batch have one agent.
  const { orgId, agentId } = first.call.facts;
  if (!(await planning.hasWebhook({ orgId, agentId, kind: 'result' }))) return;
  await Promise.all(telling.map(({ call, end }) => handOver(endEvent(call.callId, call.facts, end), null)));
}

/** Calls of a page that never start, and how they have ended. */
export function endsOfHeld(page: PageState, calls: readonly PageCall[]): { call: PageCall; end: CallEnd }[] {
  return calls.flatMap((call) => {
    const held = page.held(call.callId);
    if (held?.status !== 'Canceled') return [];
    return [{ call, end: endOf(call, 'Canceled', held.reason, held.completedTime) }];
  });
}

/** How a call has ended whose workflow was terminated, or failed. */
export const lostEnd = (call: PageCall, isFailure: boolean): CallEnd =>
  isFailure ? endOf(call, 'Failed', null, null) : endOf(call, 'Canceled', 'terminated', null);

const endOf = (
  { facts }: PageCall,
  status: CallEnd['status'],
  reason: CallEnd['reason'],
  completedTime: string | null,
): CallEnd => ({
  status,
  reason,
  createdTime: facts.createdTime,
  completedTime: completedTime ?? toInstant(Date.now()),
  durationSeconds: null,
  transcription: null,
  result: null,
  errorMessage: status === 'Failed' ? 'The workflow of the call failed' : null,
});
