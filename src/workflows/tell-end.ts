import { workflowInfo } from '@temporalio/workflow';
import type { PageCall } from '../contract/batch.ts';
import type { CallResult } from '../contract/call.ts';
import type { Outcome } from '../contract/placement.ts';
import type { WebhookEvent } from '../contract/webhook.ts';
import { outcomeOf } from '../domain/call-history.ts';
import { toInstant } from '../domain/instant.ts';
import { type CallEnd, endEvent, startEvent, UNSEEN_END } from '../domain/webhook-events.ts';
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

/** Tells that an attempt was dialed which has ended, where its worker could not see to that. @param attempt from 1 */
export async function tellStart({ facts }: CallState, outcome: Outcome, attempt: number): Promise<void> {
  if (outcome.kind !== 'ended' || outcome.startUntold !== true) return;
  await handOver(startEvent(workflowInfo().workflowId, facts, attempt), outcome.start ?? null);
}

/** Tells how those of a page's calls have ended that never start: each is left to a delivery of its own, as it has no workflow. */
export async function tellOfHeld(page: PageState, calls: readonly PageCall[]): Promise<void> {
  const events = calls.flatMap((call) => heldEvent(page, call) ?? []);
  const [first] = events;
  if (first === undefined) return;
  // Calls of one batch have one agent.
  const { orgId, agentId } = first.payload;
  if (!(await planning.hasWebhook({ orgId, agentId, kind: 'result' }))) return;
  await Promise.all(events.map((event) => handOver(event, null)));
}

function heldEvent(page: PageState, { callId, facts, input }: PageCall): WebhookEvent | null {
  const held = page.held(callId);
  if (held?.status !== 'Canceled' || input.tellsWebhooks !== true) return null;
  return endEvent(callId, facts, {
    ...UNSEEN_END,
    status: held.status,
    reason: held.reason,
    createdTime: facts.createdTime,
    completedTime: held.completedTime ?? toInstant(Date.now()),
  });
}
