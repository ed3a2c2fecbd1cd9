import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { Tried, WebhookEvent } from '../../../contract/webhook.ts';
import { isOutcome } from '../../../contract/placement.ts';
import { startEventName } from '../../../domain/webhook-events.ts';
import { type ApiDeps } from '../../context.ts';
import { describeWorkflow } from '../../describe-workflow.ts';
import { decode, type HistoryEvent, readHistory } from '../../history.ts';

/** What came of the first try of each event, which the call makes itself; null while it is under way, or nobody knows. */
export type FirstTries = ReadonlyMap<string, Tried | null>;

/** As many events of a history as are read at once: one may hold a transcript. */
const EVENTS_AT_ONCE = 100;

/** What a call's own history, and the heartbeat of the attempt under way, say of its webhooks. */
export async function readFirstTries(deps: ApiDeps, callId: string): Promise<FirstTries> {
  const description = await describeWorkflow(deps.client, callId);
  if (description === null) return new Map();
  const tries = new HistoryOfTries();
  for await (const event of readHistory(deps, callId, EVENTS_AT_ONCE)) tries.read(event);
  tries.readHeartbeat(description);
  return tries.found;
}

class HistoryOfTries {
  readonly found = new Map<string, Tried | null>();
  /** What is told by an activity, by the ID of the event that scheduled it. */
  readonly #events = new Map<string, string>();
  #attempt = 1;

  read(event: HistoryEvent): void {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) this.#readScheduled(String(event.eventId), scheduled.activityType?.name, decode(scheduled.input));
    const completed = event.activityTaskCompletedEventAttributes;
    if (completed) this.#readCompleted(String(completed.scheduledEventId), decode(completed.result));
  }

  /** Of the attempt that is under way. */
  readHeartbeat({ raw }: WorkflowExecutionDescription): void {
    for (const { activityType, heartbeatDetails } of raw.pendingActivities ?? []) {
      const tried = decode(heartbeatDetails);
      const isAttempt = activityType?.name === 'placeCall' || activityType?.name === 'takeOver';
      if (isAttempt && isTried(tried)) this.#add(startEventName(this.#attempt), tried);
    }
  }

  #readScheduled(id: string, activity: string | null | undefined, input: unknown): void {
    if (activity === 'deliverWebhook') {
      const { event } = (input ?? {}) as Partial<WebhookEvent>;
      if (event === undefined) return;
      this.#events.set(id, event);
      this.found.set(event, null);
    } else {
      this.#attempt = (input as { attempt?: number } | undefined)?.attempt ?? this.#attempt;
    }
  }

  #readCompleted(scheduledId: string, result: unknown): void {
    const event = this.#events.get(scheduledId);
    if (event !== undefined && isTried(result)) this.#add(event, result);
    if (isOutcome(result) && result.kind === 'ended' && result.start != null) {
      this.#add(startEventName(this.#attempt), result.start);
    }
  }

  /** Nobody was to be told: then there is nothing to show. */
  #add(event: string, tried: Tried): void {
    if (tried.verdict === 'nobody') this.found.delete(event);
    else this.found.set(event, tried);
  }
}

const isTried = (value: unknown): value is Tried => typeof value === 'object' && value !== null && 'verdict' in value;
