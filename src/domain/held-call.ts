import type { HeldCall, HeldFilter } from '../contract/batch.ts';
import type { CallFacts, CallInput, CancelReason, Instant } from '../contract/call.ts';

/**
 * How a call stands that no workflow stands for: what ended it first counts, its deadline, its own cancellation or that of
 * its batch.
 *
 * @param canceledTime when the call itself was cancelled; null where it was not
 * @param batchCanceledTime the same of its batch
 * @param now as of when
 */
export function heldCall(
  facts: CallFacts,
  input: CallInput,
  canceledTime: Instant | null,
  batchCanceledTime: Instant | null,
  now: Instant,
): HeldCall {
  const ends: (readonly [CancelReason, Instant | null])[] = [
    ['deadline', facts.callDeadline <= now ? facts.callDeadline : null],
    ['request', canceledTime],
    ['batch', batchCanceledTime],
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
