import type { HeldCall, HeldFilter } from '../contract/batch.ts';
import type { CallFacts, CallInput, CancelReason, Instant } from '../contract/call.ts';

/** What may end a call before its workflow has started, and when; null for what has not happened. */
export interface HeldEnds {
  /** The call itself was cancelled. */
  readonly canceled: Instant | null;
  /** Its page was, or its batch. */
  readonly batchCanceled: Instant | null;
  /** Its page has ended without starting it: an operator terminated it. */
  readonly terminated: Instant | null;
}

/**
 * How a call stands that no workflow stands for: what ended it first counts, its deadline among that.
 *
 * @param now as of when
 */
export function heldCall(facts: CallFacts, input: CallInput, happened: HeldEnds, now: Instant): HeldCall {
  const ends: (readonly [CancelReason, Instant | null])[] = [
    ['deadline', facts.callDeadline <= now ? facts.callDeadline : null],
    ['request', happened.canceled],
    ['batch', happened.batchCanceled],
    ['terminated', happened.terminated],
  ];
  // Instants compare as text.
  const [first] = ends
    .flatMap(([reason, time]) => (time === null ? [] : [{ reason, time }]))
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  if (first === undefined) return { facts, input, status: 'Created', reason: null, completedTime: null };
  return { facts, input, status: 'Canceled', reason: first.reason, completedTime: first.time };
}

/** Whether a held call is among those that are asked for. */
export function isWanted(held: HeldCall, searchable: readonly string[], filter: HeldFilter): boolean {
  const { statuses, fromDate, toDate } = filter;
  const time = held.completedTime ?? held.facts.createdTime;
  if (statuses !== undefined && !statuses.includes(held.status)) return false;
  if (fromDate !== undefined && held.completedTime !== null && held.completedTime < fromDate) return false;
  if (toDate !== undefined && time >= toDate) return false;
  return filter.searchable?.every((pair) => searchable.includes(pair)) ?? true;
}
