import {
  ActivityCancellationType,
  CancellationScope,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { CallActivities } from '../activities/call-activities.ts';
import type { TrunkCallActivities } from '../activities/place-call.ts';
import type { EditRequest } from '../activities/resolve-edit.ts';
import type { EditAnswer } from '../contract/call.ts';
import { takeoverQueue, trunkQueue } from '../contract/task-queues.ts';
import { CALL_HEARTBEAT_TIMEOUT_MS } from '../contract/trunk.ts';
import type { CallState } from './call-state.ts';

/** What needs a time zone. Local, since it takes microseconds and happens once an attempt at the most. */
export const planning = proxyLocalActivities<CallActivities>({
  startToCloseTimeout: '10s',
  summary: 'works out times',
});

/** What an edit makes of a call. Whoever sent it gets an answer, even where the workflow is cancelled meanwhile. */
export const resolveEdit = (request: EditRequest): Promise<EditAnswer> =>
  CancellationScope.nonCancellable(() => planning.resolveEdit(request));

/** `placeCall` on its trunk's queue: in priority order, once. */
export const placing = ({ facts, input }: CallState, attempt: number): Pick<TrunkCallActivities, 'placeCall'> =>
  proxyActivities<TrunkCallActivities>({
    taskQueue: trunkQueue(facts.orgId, facts.trunk),
    startToCloseTimeout: input.longestCallMs,
    heartbeatTimeout: CALL_HEARTBEAT_TIMEOUT_MS,
    // It dials: whether a failed one did is for `takeOver` to find out, never for a retry.
    retry: { maximumAttempts: 1 },
    // Only when the carrier has let go is the call over.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    priority: { priorityKey: input.priorityKey, fairnessKey: input.fairnessKey },
    summary: `attempt ${attempt} on ${facts.trunk}`,
  });

/** `takeOver` on the queue that no line limits: until it has succeeded. */
export const takingOver = ({ facts, input }: CallState): Pick<TrunkCallActivities, 'takeOver'> =>
  proxyActivities<TrunkCallActivities>({
    taskQueue: takeoverQueue(facts.orgId, facts.trunk),
    startToCloseTimeout: input.longestCallMs,
    heartbeatTimeout: CALL_HEARTBEAT_TIMEOUT_MS,
    // Somebody may be on the line: tried for ever, and soon again.
    retry: { initialInterval: '1s', backoffCoefficient: 1.5, maximumInterval: '10s' },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: 'takes the call over from a worker that is gone',
  });
