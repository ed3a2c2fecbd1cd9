import type { PageCall } from '../../../contract/batch.ts';
import type { CallResult, EditAnswer, EditedCall, Instant } from '../../../contract/call.ts';
import { editHeldCallUpdate, loadPageUpdate } from '../../../contract/messages.ts';
import { isPageLoad, unpackPage } from '../../../contract/packed-page.ts';
import { decode, type HistoryEvent, timeOf, updateOf } from '../../history.ts';

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
  readonly #places = new Map<string, number>();
  /** Which call an update may have changed, by the ID of the event that accepted it. */
  readonly #edits = new Map<string, string>();

  read(event: HistoryEvent): void {
    this.#readUpdate(event);
    const callId = event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId;
    if (callId != null) this.started.add(callId);
    this.#readEnd(event);
  }

  #readUpdate(event: HistoryEvent): void {
    const input = updateOf(event);
    if (input?.name === loadPageUpdate.name) this.#load(decode(input.args));
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
