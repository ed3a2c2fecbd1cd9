import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { Tried, WebhookEvent } from '../../../contract/webhook.ts';
import { isOutcome } from '../../../contract/placement.ts';
import { startEventName } from '../../../domain/webhook-events.ts';
import { type ApiDeps } from '../../context.ts';
import { describeWorkflow } from '../../../temporal/describe-workflow.ts';
import { decode, type HistoryEvent } from '../../../temporal/history-events.ts';
import { readHistory } from '../../history.ts';

/** The first try of an event, which the call makes itself. */
export interface FirstTry {
  /** What came of it; null while it is under way, or nobody knows. */
  readonly tried: Tried | null;
  /** What was told, where the call's history has it. */
  readonly told: WebhookEvent | null;
}

/** The first tries of a call, by the names of their events. */
export type FirstTries = ReadonlyMap<string, FirstTry>;

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
  readonly found = new Map<string, FirstTry>();
  /** What is told by an activity, by the ID of the event that scheduled it. */
  readonly #told = new Map<string, WebhookEvent>();
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
      if (isAttempt && isTried(tried)) this.#add(startEventName(this.#attempt), tried, null);
    }
  }

  #readScheduled(id: string, activity: string | null | undefined, input: unknown): void {
    if (activity === 'deliverWebhook') {
      const told = (input ?? {}) as Partial<WebhookEvent>;
      if (!isEvent(told)) return;
      this.#told.set(id, told);
      this.found.set(told.event, { tried: null, told });
    } else {
      this.#attempt = (input as { attempt?: number } | undefined)?.attempt ?? this.#attempt;
    }
  }

  #readCompleted(scheduledId: string, result: unknown): void {
    const told = this.#told.get(scheduledId);
    if (told !== undefined && isTried(result)) this.#add(told.event, result, told);
    if (isOutcome(result) && result.kind === 'ended' && result.start != null) {
      this.#add(startEventName(this.#attempt), result.start, null);
    }
  }

  /** Nobody was to be told: then there is nothing to show. */
  #add(event: string, tried: Tried, told: WebhookEvent | null): void {
    if (tried.verdict === 'nobody') this.found.delete(event);
    else this.found.set(event, { tried, told });
  }
}

const isEvent = (input: Partial<WebhookEvent>): input is WebhookEvent => typeof input.event === 'string';

const isTried = (value: unknown): value is Tried => typeof value === 'object' && value !== null && 'verdict' in value;
