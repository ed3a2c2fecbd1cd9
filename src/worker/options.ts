import type { WorkerOptions } from '@temporalio/worker';
import type { CallActivities } from '../activities/call-activities.ts';
import type { HostActivities } from '../activities/host-lines.ts';
import type { TrunkCallActivities } from '../activities/place-call.ts';
import type { WebhookActivities } from '../activities/webhook-activities.ts';
import { BATCHES_QUEUE, CALLS_QUEUE, HOSTS_QUEUE, WEBHOOKS_QUEUE } from '../contract/task-queues.ts';
import type { LineAdmission } from '../lines/line-admission.ts';
import { workflowBundlePath } from './bundle.ts';

type Options = Omit<WorkerOptions, 'connection' | 'namespace'>;

/** Cancellation comes with a heartbeat where the server does not push it: not later than this. */
const heartbeats = { maxHeartbeatThrottleInterval: '2s', defaultHeartbeatThrottleInterval: '2s' } as const;

const activitiesOnly = {
  ...heartbeats,
  // Calls in progress are handed over at once, and an activity that hangs must not keep the process alive.
  shutdownGraceTime: 0,
  shutdownForceTime: '8s',
} as const;

/** No more than the Workers of activities need: they run no workflows. */
const ONE_SLOT = { type: 'fixed-size', numSlots: 1 } as const;

/** The Worker of calls: their workflows and ordinary activities. */
export const callsWorkerOptions = (activities: CallActivities): Options => ({
  ...heartbeats,
  taskQueue: CALLS_QUEUE,
  workflowBundle: { codePath: workflowBundlePath },
  activities,
  // A sleeping call needs no place in the cache: what wakes is replayed from a few events.
  maxCachedWorkflows: 500,
  shutdownForceTime: '8s',
});

/** The Worker of batches and pages: a cache of its own, since replaying a page of 1,000 takes most of a second. */
export const batchesWorkerOptions = (activities: CallActivities): Options => ({
  taskQueue: BATCHES_QUEUE,
  workflowBundle: { codePath: workflowBundlePath },
  // Local ones alone: what a page asks for while it answers.
  activities,
  maxCachedWorkflows: 100,
  shutdownForceTime: '8s',
});

/** The Worker of webhooks: a receiver that does not answer keeps a slot for 10 s, and nothing else waiting. */
export const webhooksWorkerOptions = (activities: WebhookActivities): Options => ({
  taskQueue: WEBHOOKS_QUEUE,
  workflowBundle: { codePath: workflowBundlePath },
  activities,
  maxConcurrentActivityTaskExecutions: 500,
  // A delivery sleeps for most of its life.
  maxCachedWorkflows: 50,
  // What is being sent is sent again by whoever asked for it.
  shutdownGraceTime: 0,
  shutdownForceTime: '8s',
});

/** The Worker of `hostLines` alone: one for each trunk at the most. */
export const hostsWorkerOptions = (activities: HostActivities): Options => ({
  ...activitiesOnly,
  taskQueue: HOSTS_QUEUE,
  activities,
  maxConcurrentActivityTaskExecutions: 1_000,
  // A process that stands still swallows a task for each poll it has waiting: one costs a trunk one more time-out.
  maxConcurrentActivityTaskPolls: 1,
  // Longer than its inner Workers have, since it waits for them.
  shutdownForceTime: '12s',
});

/** The Worker of calls that are dialed already: without limit. */
export const takeoverWorkerOptions = (taskQueue: string, activities: TrunkCallActivities): Options => ({
  ...activitiesOnly,
  taskQueue,
  activities: {
    takeOver: (input) => activities.takeOver(input),
    dialerEvent: (event) => activities.dialerEvent(event),
  } satisfies Pick<TrunkCallActivities, 'takeOver' | 'dialerEvent'>,
  maxConcurrentActivityTaskExecutions: 100_000,
  // As with hosts: what a frozen process swallows waits for its time-out.
  maxConcurrentActivityTaskPolls: 2,
});

/** The Worker that asks for new calls: as many as there are lines. */
export const trunkWorkerOptions = (
  taskQueue: string,
  activities: TrunkCallActivities,
  admission: LineAdmission,
): Options => ({
  ...activitiesOnly,
  taskQueue,
  activities: { placeCall: (input) => activities.placeCall(input) } satisfies Pick<TrunkCallActivities, 'placeCall'>,
  // Each poller that waits holds a permit: few, so that lines are not waited for in vain.
  maxConcurrentActivityTaskPolls: 2,
  tuner: {
    activityTaskSlotSupplier: admission,
    workflowTaskSlotSupplier: ONE_SLOT,
    localActivityTaskSlotSupplier: ONE_SLOT,
    nexusTaskSlotSupplier: ONE_SLOT,
  },
});
