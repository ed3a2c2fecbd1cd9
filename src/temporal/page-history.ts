import type { PageCall } from '../contract/batch.ts';
import type { CallResult, EditAnswer, EditedCall, Instant } from '../contract/call.ts';
import { cancelHeldCallUpdate, editHeldCallUpdate, loadPageUpdate } from '../contract/messages.ts';
import { isPageLoad, unpackPage } from '../contract/packed-page.ts';
import { decode, type HistoryEvent, timeOf, updateOf } from './history-events.ts';

/** How the workflow of a call ended. */
export interface CallEnd {
  /** When its page heard of it: a moment afterwards, which on a busy server may be some seconds. */
  readonly time: Instant;
  /** Null of one that was terminated, cancelled natively or failed: only its own history tells more. */
  readonly result: CallResult | null;
}

/**
 * What the history of a page tells of its calls, event after event: with what each was started, and how it ended. It needs
 * no worker, and no replay.
 */
export class PageHistory {
  /** In the order in which they start; as they were when their turn came, edits before it included. */
  readonly calls: PageCall[] = [];
  readonly ends = new Map<string, CallEnd>();
  /** Calls whose workflow was to be started, by ID. */
  readonly started = new Set<string>();
  /** Calls that have a workflow, or have had one, by ID: this page has started it, or a run of it before a reset. */
  readonly withWorkflow = new Set<string>();
  /** Workflows that deliver how a call ended, by ID. */
  readonly deliveries = new Set<string>();
  /** When calls were cancelled that had not started, by ID. */
  readonly canceledCalls = new Map<string, Instant>();
  /** Since when the page is cancelled; null while it is not. */
  canceledTime: Instant | null = null;
  readonly #places = new Map<string, number>();
  /** Which call an update may have changed, by the ID of the event that accepted it. */
  readonly #edits = new Map<string, string>();

  read(event: HistoryEvent): void {
    this.#readUpdate(event);
    this.#readStart(event);
    if (event.workflowExecutionCancelRequestedEventAttributes) this.canceledTime ??= timeOf(event);
    this.#readEnd(event);
  }

  #readStart(event: HistoryEvent): void {
    const initiated = event.startChildWorkflowExecutionInitiatedEventAttributes;
    const isDelivery = initiated?.workflowType?.name === 'webhookDelivery';
    if (initiated?.workflowId != null) (isDelivery ? this.deliveries : this.started).add(initiated.workflowId);
    const callId =
      event.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId ??
      // There is one already: nothing else lets a start fail.
      event.startChildWorkflowExecutionFailedEventAttributes?.workflowId;
    if (callId != null) this.withWorkflow.add(callId);
  }

  #readUpdate(event: HistoryEvent): void {
    const input = updateOf(event);
    if (input?.name === loadPageUpdate.name) this.#load(decode(input.args));
    if (input?.name === cancelHeldCallUpdate.name) this.#cancel(String(decode(input.args)), timeOf(event));
    if (input?.name === editHeldCallUpdate.name) this.#edits.set(String(event.eventId), String(decode(input.args)));

    const completed = event.workflowExecutionUpdateCompletedEventAttributes;
    const callId = this.#edits.get(String(completed?.acceptedEventId));
    if (callId === undefined) return;
    const answer = decode(completed?.outcome?.success) as EditAnswer | null | undefined;
    if (answer?.kind === 'edited') this.#edit(callId, answer.call);
  }

  /** Another load than the first did nothing. */
  #load(load: unknown): void {
    if (this.calls.length > 0 || !isPageLoad(load)) return;
    for (const call of unpackPage(load)) {
      this.#places.set(call.callId, this.calls.length);
      this.calls.push(call);
    }
  }

  /** One that had started is not among those that are asked for. */
  #cancel(callId: string, time: Instant): void {
    if (this.canceledTime === null && !this.canceledCalls.has(callId)) this.canceledCalls.set(callId, time);
  }

  #edit(callId: string, { facts, input, endpointHash }: EditedCall): void {
    const place = this.#places.get(callId);
    const call = place === undefined ? undefined : this.calls[place];
    if (place !== undefined && call !== undefined) this.calls[place] = { ...call, facts, input, endpointHash };
  }

  #readEnd(event: HistoryEvent): void {
    const completed = event.childWorkflowExecutionCompletedEventAttributes;
    const other =
      event.childWorkflowExecutionTerminatedEventAttributes ??
      event.childWorkflowExecutionFailedEventAttributes ??
      event.childWorkflowExecutionCanceledEventAttributes ??
      event.childWorkflowExecutionTimedOutEventAttributes;
    const callId = (completed ?? other)?.workflowExecution?.workflowId;
    if (callId == null) return;
    this.ends.set(callId, { time: timeOf(event), result: completed ? (decode(completed.result) as CallResult) : null });
  }
}
