import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { trunkQueue } from '../contract/task-queues.ts';
import type { TrunkRef } from '../contract/trunk.ts';

const ACTIVITY = proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY;

/** A trunk's task queue, as Temporal has it. */
export interface TrunkQueueState {
  /** Dials a second that it hands out; 0 is paused, null as fast as they come. */
  readonly rate: number | null;
  /** Why the rate was set, and when. */
  readonly reason: string | null;
  readonly since: Date | null;
}

/** The task queues of trunks: their pace and pauses are kept in Temporal itself, so that they outlive every process. */
export class TrunkQueues {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** @throws ServiceError when Temporal cannot be asked */
  async read({ orgId, trunk }: TrunkRef): Promise<TrunkQueueState> {
    const { config } = await this.#client.workflowService.describeTaskQueue({
      namespace: this.#client.options.namespace,
      taskQueue: { name: trunkQueue(orgId, trunk) },
      taskQueueType: ACTIVITY,
      reportConfig: true,
    });
    const limit = config?.queueRateLimit;
    const seconds = limit?.metadata?.updateTime?.seconds;
    return {
      rate: limit?.rateLimit ? (limit.rateLimit.requestsPerSecond ?? 0) : null,
      reason: limit?.metadata?.reason || null,
      since: seconds == null ? null : new Date(Number(seconds) * 1_000),
    };
  }

  /**
   * Sets how many calls a second the queue hands out.
   *
   * @param rate 0 pauses, null removes the limit
   * @param reason kept beside it
   */
  async setRate({ orgId, trunk }: TrunkRef, rate: number | null, reason: string | null): Promise<void> {
    await this.#client.workflowService.updateTaskQueueConfig({
      namespace: this.#client.options.namespace,
      identity: this.#client.options.identity,
      taskQueue: trunkQueue(orgId, trunk),
      taskQueueType: ACTIVITY,
      updateQueueRateLimit: {
        rateLimit: rate === null ? undefined : { requestsPerSecond: rate },
        reason: reason ?? '',
      },
    });
  }
}
