import type { WorkflowExecutionInfo } from '@temporalio/client';
import { isEnd } from '../contract/call.ts';
import { CALL_STATUS } from '../contract/search-attributes.ts';
import type { CallMemo } from '../contract/start-call.ts';
import type { Tried, WebhookEvent } from '../contract/webhook.ts';
import { endEvent, UNSEEN_END } from '../domain/webhook-events.ts';
import { decode } from '../temporal/history-events.ts';
import type { LostEndsDeps, LostKindOf } from './lost-ends.ts';

/** A trunk's calls whose workflow ended before it could tell how the call did. */
export const lostCalls: LostKindOf = (deps, { orgId, trunk }) => ({
  query: `WorkflowType = 'outboundCall' AND OrgId = '${orgId}' AND Trunk = '${trunk}'`,
  async *untold(call) {
    const event = hasEnded(call) ? await untoldEvent(deps, call) : lostEvent(call);
    if (event !== null) yield event;
  },
});

/** Whether the call had ended before its workflow did: then that is what is told. */
const hasEnded = ({ typedSearchAttributes }: WorkflowExecutionInfo): boolean =>
  isEnd(typedSearchAttributes.get(CALL_STATUS));

/** What a call was telling that had ended, when its workflow did; null where it was told, or nobody was to be. */
async function untoldEvent(
  { client }: LostEndsDeps,
  { workflowId, runId }: WorkflowExecutionInfo,
): Promise<WebhookEvent | null> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const asked = events?.findLast(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === 'deliverWebhook',
  );
  if (asked === undefined) return null;
  const answered = events?.find(({ activityTaskCompletedEventAttributes: completed }) =>
    completed?.scheduledEventId?.eq(asked.eventId ?? 0),
  );
  const tried = decode(answered?.activityTaskCompletedEventAttributes?.result) as Tried | undefined;
  // What was to be tried again may have been handed over, which is then seen by its ID.
  if (tried !== undefined && tried.verdict !== 'again') return null;
  return decode(asked.activityTaskScheduledEventAttributes?.input) as WebhookEvent;
}

/** How a call has ended whose workflow ended before it; null of one that somebody started by hand. */
function lostEvent({ workflowId, memo, status, closeTime }: WorkflowExecutionInfo): WebhookEvent | null {
  const { call: facts } = (memo ?? {}) as Partial<CallMemo>;
  if (facts === undefined) return null;
  const isTerminated = status.name === 'TERMINATED';
  return endEvent(workflowId, facts, {
    ...UNSEEN_END,
    status: isTerminated ? 'Canceled' : 'Failed',
    reason: isTerminated ? 'terminated' : null,
    createdTime: facts.createdTime,
    completedTime: (closeTime ?? new Date()).toISOString(),
    errorMessage: isTerminated ? null : 'The workflow of the call failed',
  });
}
