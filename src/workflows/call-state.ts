import type { RawValue } from '@temporalio/common';
import { setCurrentDetails, setHandler, upsertMemo, upsertSearchAttributes, uuid4 } from '@temporalio/workflow';
import {
  type Attempt,
  type CallEdit,
  type CallFacts,
  type CallInput,
  type CallProgress,
  type CallResult,
  type CallStatus,
  type CancelReason,
  type Disposition,
  type EditedCall,
  type Instant,
  type Plan,
  type Waiting,
  isEnd,
} from '../contract/call.ts';
import {
  answeredSignal,
  cancelCallSignal,
  dialingSignal,
  getCallQuery,
  getWaitingForQuery,
  wakeCallSignal,
} from '../contract/messages.ts';
import type { AttemptEnd, DialedVia } from '../contract/placement.ts';
import {
  CALL_DEADLINE,
  ENDPOINT_HASH,
  NEXT_SCHEDULE_TIME,
  PRIORITY,
  WAITING_FOR,
} from '../contract/search-attributes.ts';
import type { CallMemo } from '../contract/start-call.ts';
import { toInstant } from '../domain/instant.ts';
import { readReason, readSignal, readVia } from './read-signal.ts';

/** An attempt that is queued or under way. */
export interface Placement {
  /** Told to `placeCall`, and back by its signals: a signal of another placement is stale. */
  readonly id: string;
  readonly attempt: number;
  startedTime: Instant | null;
  answeredTime: Instant | null;
  /** What it is dialed with, as far as its worker has said. */
  via: DialedVia | null;
  /** Whether its first worker is gone and `takeOver` looks after it. */
  takenOver: boolean;
  /** Whether the call was woken meanwhile: what it is about to be held back for may be over. */
  woken: boolean;
}

/** What may be over before a call asks again by itself: whoever knows, wakes it. */
const WOKEN_FROM: readonly Plan['waitingFor'][] = ['batch-paused', 'contact-busy'];

const mayGoOut = (): Plan => ({ at: toInstant(Date.now()), waitingFor: null, summary: 'may go out now' });

/** What a call's handlers and its story share. */
export class CallState {
  facts: CallFacts;
  input: CallInput;
  status: CallStatus = 'Created';
  plan: Plan;
  /** When the delay after its last attempt is over, in milliseconds since the epoch; 0 before there was one. */
  retryAt = 0;
  reason: CancelReason | null = null;
  readonly attempts: Attempt[] = [];
  placement: Placement | null = null;
  /** Why no attempt is to follow, and the one under way to end unless it is answered; null while nobody asked. */
  cancelReason: CancelReason | null = null;
  canceledNatively = false;
  hangupRequested = false;
  /** Counts what was asked of the call under way, so that each asking is passed on once. */
  stopRequests = 0;
  /** Whether an edit is under way: meanwhile the call is not placed. */
  editing = false;
  /** Whether the placement is to come back from the queue, for an edit. */
  withdrawing = false;
  /** Counts what may have changed its plan, so that a sleeping call looks again. */
  changes = 0;
  /** Once it has ended. */
  result: CallResult | null = null;
  /** The fields that were edited. */
  readonly edited = new Set<keyof CallEdit>();

  constructor(facts: CallFacts, input: CallInput) {
    this.facts = facts;
    this.input = input;
    this.plan = input.plan;
    setHandler(cancelCallSignal, (raw) => this.#onCancelCall(raw));
    setHandler(wakeCallSignal, () => this.#onWakeCall());
    setHandler(dialingSignal, (raw) => this.#onDialing(raw));
    setHandler(answeredSignal, (raw) => this.#onAnswered(raw));
    setHandler(getCallQuery, () => this.progress());
    setHandler(getWaitingForQuery, () => this.waitingFor());
  }

  /** Cancels the call. A person who is talking is left to finish, and nobody is rung again. */
  cancel(reason: CancelReason): void {
    if (this.ended) return;
    this.cancelReason ??= reason;
    if (!this.talking) this.stopRequests += 1;
  }

  /** Whether it can still be changed what is dialed, and when. */
  get editable(): boolean {
    return !this.dialing && !this.ended && this.cancelReason === null;
  }

  /** Takes over what an edit has changed, and shows it where lists look. */
  edit({ facts, input, endpointHash, changed }: EditedCall): void {
    this.facts = facts;
    this.input = input;
    this.plan = input.plan;
    this.changes += 1;
    for (const field of changed) this.edited.add(field);
    const memo: CallMemo = { call: facts };
    upsertMemo(memo);
    upsertSearchAttributes([
      { key: PRIORITY, value: facts.priority },
      { key: CALL_DEADLINE, value: new Date(facts.callDeadline) },
      { key: NEXT_SCHEDULE_TIME, value: new Date(this.plan.at) },
      { key: ENDPOINT_HASH, value: endpointHash },
      ...(this.status === 'Pending' ? [{ key: WAITING_FOR, value: this.plan.waitingFor }] : []),
    ]);
  }

  /** Takes over a plan that was worked out anew, and shows it where lists look. */
  replan(plan: Plan): void {
    this.plan = plan;
    this.changes += 1;
    upsertSearchAttributes([
      { key: NEXT_SCHEDULE_TIME, value: new Date(plan.at) },
      { key: WAITING_FOR, value: plan.waitingFor },
    ]);
  }

  /** A new placement of the attempt that comes next. */
  newPlacement(): Placement {
    const attempt = this.attempts.length + 1;
    this.placement = {
      id: uuid4(),
      attempt,
      startedTime: null,
      answeredTime: null,
      via: null,
      takenOver: false,
      woken: false,
    };
    return this.placement;
  }

  /** Takes the call back from the queue, until its plan. A number that was free again before this was heard, is free. */
  holdBack(plan: Plan): void {
    this.plan = plan.waitingFor === 'contact-busy' && this.placement?.woken ? mayGoOut() : plan;
    this.placement = null;
  }

  /** Writes the placement's end into the list of attempts. */
  endPlacement(end: AttemptEnd): void {
    const { startedTime, answeredTime, endedTime, disposition, providerCode } = end;
    const number = this.attempts.length + 1;
    this.attempts.push({ number, startedTime, answeredTime, endedTime, disposition, providerCode });
    this.placement = null;
  }

  /** How its attempts have ended, in order. */
  get dispositions(): Disposition[] {
    return this.attempts.flatMap(({ disposition }) => disposition ?? []);
  }

  get talking(): boolean {
    return this.placement !== null && this.placement.answeredTime !== null;
  }

  get dialing(): boolean {
    return this.placement !== null && this.placement.startedTime !== null;
  }

  get ended(): boolean {
    return isEnd(this.status);
  }

  /** Shows the operator where the call stands, in words. */
  show(words: string): void {
    setCurrentDetails(`**${this.status}**: ${words}`);
  }

  progress(): CallProgress {
    return {
      status: this.status,
      reason: this.reason,
      nextScheduleTime: this.plan.at,
      attempts: [...this.attempts, ...this.#attemptUnderWay()],
      waitingFor: this.waitingFor(),
      cancelRequested: this.cancelReason !== null && !this.talking,
      hangupRequested: this.hangupRequested,
      result: this.result,
    };
  }

  waitingFor(): Waiting | null {
    switch (this.status) {
      case 'Created':
        return { for: 'start', until: null };
      case 'Pending':
        return { for: this.plan.waitingFor ?? 'start', until: this.plan.at };
      case 'Queued':
        return { for: 'line', until: null };
      case 'Running':
        if (this.talking) return { for: 'end', until: null };
        return { for: this.placement?.takenOver ? 'takeover' : 'answer', until: null };
      default:
        return null;
    }
  }

  #attemptUnderWay(): Attempt[] {
    if (this.placement === null || this.placement.startedTime === null) return [];
    const { attempt, startedTime, answeredTime } = this.placement;
    return [{ number: attempt, startedTime, answeredTime, endedTime: null, disposition: null, providerCode: null }];
  }

  #onCancelCall(raw: RawValue | undefined): void {
    const fields = readSignal(raw);
    if (fields.hangup === true && !this.hangupRequested) {
      this.hangupRequested = true;
      this.stopRequests += 1;
    }
    this.cancel(readReason(fields) ?? 'request');
  }

  #onWakeCall(): void {
    if (this.placement !== null) this.placement.woken = true;
    if (this.status !== 'Pending' || !WOKEN_FROM.includes(this.plan.waitingFor)) return;
    this.plan = mayGoOut();
    this.changes += 1;
  }

  #onDialing(raw: RawValue | undefined): void {
    const fields = readSignal(raw);
    const { placement, time } = this.#placementOf(fields);
    if (placement === null) return;
    placement.startedTime ??= time;
    placement.via ??= readVia(fields);
  }

  #onAnswered(raw: RawValue | undefined): void {
    const { placement, time } = this.#placementOf(readSignal(raw));
    if (placement === null) return;
    placement.startedTime ??= time;
    placement.answeredTime ??= time;
    this.show(`attempt ${placement.attempt} was answered, and goes on`);
  }

  /** The placement under way, if the signal is of it (a reset plays old signals again), and the time that it tells. */
  #placementOf({ placement, time }: ReturnType<typeof readSignal>): { placement: Placement | null; time: Instant } {
    const current = this.placement !== null && placement === this.placement.id ? this.placement : null;
    return { placement: current, time: typeof time === 'string' ? time : toInstant(Date.now()) };
  }
}
