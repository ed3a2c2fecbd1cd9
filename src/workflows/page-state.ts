import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import {
  EMPTY_TALLY,
  type HeldCall,
  type HeldFilter,
  type HeldList,
  type PageCall,
  type Tally,
} from '../contract/batch.ts';
import type { CallEdit, EditAnswer, Instant } from '../contract/call.ts';
import {
  cancelHeldCallUpdate,
  dropCallsSignal,
  editHeldCallUpdate,
  getHeldCallQuery,
  listHeldCallsQuery,
  loadPageUpdate,
  startCallsSignal,
  tellCanceledSignal,
} from '../contract/messages.ts';
import { isPageLoad, unpackPage } from '../contract/packed-page.ts';
import { heldCall, isWanted } from '../domain/held-call.ts';
import { toInstant } from '../domain/instant.ts';
import { resolveEdit } from './call-activities.ts';
import { readSignal } from './read-signal.ts';

/** What a page's handlers and its story share: its calls, and which of them no workflow stands for. */
export class PageState {
  calls: PageCall[] | null = null;
  mayStart = false;
  /** Whether its calls were accepted: then whoever hears of calls is told of those that never start, too. */
  accepted = false;
  /** Whether they were not, and never will be. */
  dropped = false;
  /** Whether calls are planned anew before they start; a batch of an earlier version does not ask for it. */
  plansAnew = false;
  tally: Tally = EMPTY_TALLY;
  /** Since when the page is cancelled; null while it is not. */
  #canceledTime: Instant | null = null;
  /** When calls were cancelled that had not started, by ID. */
  readonly #canceledCalls = new Map<string, Instant>();
  /** Calls whose workflow is being started, or exists, by ID. */
  readonly #starting = new Set<string>();
  readonly #started = new Set<string>();

  constructor() {
    setHandler(loadPageUpdate, (load) => void (this.calls ??= [...unpackPage(load)]), { validator: requireCalls });
    setHandler(startCallsSignal, (raw) => {
      this.mayStart = true;
      this.accepted = true;
      this.plansAnew = readSignal(raw).planAnew === true;
    });
    setHandler(tellCanceledSignal, () => void (this.accepted = true));
    setHandler(dropCallsSignal, () => void (this.dropped = true));
    setHandler(getHeldCallQuery, (callId, now, terminated) => this.held(callId, now, terminated));
    setHandler(listHeldCallsQuery, (filter) => this.#list(filter));
    setHandler(cancelHeldCallUpdate, (callId) => {
      if (!this.#held().some((call) => call.callId === callId)) return false;
      if (!this.canceled && !this.isCallCanceled(callId)) this.#canceledCalls.set(callId, toInstant(Date.now()));
      return true;
    });
    setHandler(editHeldCallUpdate, (callId, edit) => this.#edit(callId, edit));
  }

  /** Whether nothing more of the page is to be started. */
  get canceled(): boolean {
    return this.#canceledTime !== null;
  }

  cancel(): void {
    this.#canceledTime ??= toInstant(Date.now());
  }

  /** Whether this one call is not to be started any more. */
  isCallCanceled(callId: string): boolean {
    return this.#canceledCalls.has(callId);
  }

  beginStart(callId: string): void {
    this.#starting.add(callId);
  }

  endStart(callId: string): void {
    this.#started.add(callId);
  }

  /** How a call of this page stands that no workflow stands for; null for any other. */
  held(callId: string, now = toInstant(Date.now()), terminated: Instant | null = null): HeldCall | null {
    const call = this.#held().find((one) => one.callId === callId);
    return call === undefined ? null : this.#view(call, now, terminated);
  }

  /** Calls that no workflow stands for. */
  get unstarted(): number {
    return (this.calls?.length ?? 0) - this.#started.size;
  }

  #held(): PageCall[] {
    return (this.calls ?? []).filter(({ callId }) => !this.#started.has(callId));
  }

  /** @param terminated when the page's workflow ended without starting the call, as only others can know */
  #view({ callId, facts, input }: PageCall, now: Instant, terminated: Instant | null = null): HeldCall {
    const canceled = this.#canceledCalls.get(callId) ?? null;
    return heldCall(facts, input, { canceled, batchCanceled: this.#canceledTime, terminated }, now);
  }

  #list(filter: HeldFilter): HeldList {
    const all = (this.calls ?? []).entries();
    const matching = [...all].flatMap(([place, call]) => {
      if (this.#started.has(call.callId)) return [];
      const held = this.#view(call, filter.now, filter.terminated);
      return isWanted(held, call.searchable, filter) ? [{ callId: call.callId, place, held }] : [];
    });
    const listed = matching.filter(({ place }) => place >= filter.from).slice(0, filter.take);
    return { matching: matching.length, calls: listed };
  }

  /** Null where the call's own workflow is to be asked. */
  async #edit(callId: string, edit: CallEdit): Promise<EditAnswer | null> {
    const before = this.#notStarting(callId);
    if (before === undefined) return null;
    const { status } = this.#view(before, toInstant(Date.now()));
    if (status === 'Canceled') return { kind: 'too-late', status };
    const { facts, input } = before;
    const answer = await resolveEdit({ facts, input, plan: input.plan, edit });
    // Its turn may have come meanwhile.
    const call = this.#notStarting(callId);
    if (call === undefined) return null;
    if (call !== before) return await this.#edit(callId, edit);
    if (answer.kind === 'edited') {
      const { facts, input, endpointHash } = answer.call;
      this.calls?.splice(this.calls.indexOf(call), 1, { ...call, facts, input, endpointHash });
    }
    return answer;
  }

  #notStarting(callId: string): PageCall | undefined {
    return this.#starting.has(callId) ? undefined : this.calls?.find((call) => call.callId === callId);
  }
}

/** Refuses what is no page: once accepted, it could only fail the workflow's task again and again. */
function requireCalls(load: unknown): void {
  if (isPageLoad(load)) return;
  throw ApplicationFailure.nonRetryable(
    'Expected an array of calls, each with `callId`, `facts` and `input`',
    'NoPage',
  );
}
