import { CALL_STATUSES, type CallStatus } from '../../../contract/call.ts';

export type StatusCounts = Readonly<Record<CallStatus, number>>;

/** What a look at a batch's calls has found. */
export interface Counted {
  /** 0 where left out. */
  readonly counts: Partial<StatusCounts>;
  /** Workflows that were terminated: among them the earlier runs of calls that an operator has reset. */
  readonly terminated: number;
}

/**
 * What calls are that were not counted: `Created` while there are some that no workflow stands for, `Canceled` where nothing
 * more starts, `moving` where all have a workflow, so that they were on their way from one status to another.
 */
export type Rest = 'Created' | 'Canceled' | 'moving';

/** Whether a look needs no other one: each call was counted once, or it is known what the others are. */
export function isWhole(counted: Counted, total: number, rest: Rest): boolean {
  const left = leftOf(counted, total);
  return left === 0 || (left > 0 ? rest !== 'moving' : -left <= counted.terminated);
}

/** Counts that add up to the total, though calls may have moved while they were counted. */
export function addUp(counted: Counted, total: number, rest: Rest): StatusCounts {
  const counts = Object.fromEntries(CALL_STATUSES.map((status) => [status, counted.counts[status] ?? 0])) as Record<
    CallStatus,
    number
  >;
  const left = leftOf(counted, total);
  if (left >= 0) counts[rest === 'moving' ? mostFrequent(counts) : rest] += left;
  else takeOff(counts, -left, counted.terminated);
  return counts;
}

const leftOf = ({ counts }: Counted, total: number): number =>
  total - CALL_STATUSES.reduce((sum, status) => sum + (counts[status] ?? 0), 0);

/** Statuses that a call leaves again: one of them hides a few that were on their way best. */
const PASSING = ['Queued', 'Running', 'Pending', 'Created'] as const;

/** Where no call is on its way any more, those that are missing cannot be read: Temporal has forgotten them. */
function mostFrequent(counts: StatusCounts): CallStatus {
  const [most = 'Unknown'] = PASSING.filter((status) => counts[status] > 0).sort((a, b) => counts[b] - counts[a]);
  return most;
}

/**
 * Of a call that was reset, the earlier run was terminated and shows as Canceled. Beyond those, calls moved and were counted
 * under the status that they left, too.
 */
function takeOff(counts: Record<CallStatus, number>, tooMany: number, terminated: number): void {
  let left = tooMany;
  const take = (status: CallStatus, most: number): void => {
    const taken = Math.min(counts[status], left, most);
    counts[status] -= taken;
    left -= taken;
  };
  take('Canceled', terminated);
  for (const status of PASSING) take(status, left);
  for (const status of CALL_STATUSES) take(status, left);
}
