import {
  ActivityExecutionAlreadyStartedError,
  ActivityIdConflictPolicy,
  ActivityIdReusePolicy,
  ActivityNotFoundError,
  type Client,
} from '@temporalio/client';
import { DIALER_EVENTS, type DialerEvent } from '../contract/dialer-event.ts';
import { dialerEventId } from '../contract/ids.ts';
import { takeoverQueue } from '../contract/task-queues.ts';
import type { TrunkRef } from '../contract/trunk.ts';

/**
 * Events of providers on their way to the process that hosts their trunk: an activity each, without a workflow, so that
 * they cost the call no history, are durable before the provider is told so, and can be read again by the next host.
 */
export class DialerEvents {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Hands an event to the trunk's host, now or once there is one. Of the same event told twice, the first counts.
   *
   * @throws ServiceError when Temporal cannot be asked: then the provider is to tell it again
   */
  async pass({ orgId, trunk }: TrunkRef, event: DialerEvent): Promise<void> {
    try {
      await this.#client.activity.start('dialerEvent', {
        id: dialerEventId(event.identity, event.name),
        taskQueue: takeoverQueue(orgId, trunk),
        args: [event],
        summary: `${event.identity}: ${event.name}`,
        // A frozen host swallows what it has asked for: the next is given it soon.
        startToCloseTimeout: '3s',
        // Who takes the trunk over later reads it: nobody waits for it any more.
        scheduleToCloseTimeout: '1 hour',
        retry: { initialInterval: '1s', backoffCoefficient: 1 },
        idReusePolicy: ActivityIdReusePolicy.REJECT_DUPLICATE,
        idConflictPolicy: ActivityIdConflictPolicy.USE_EXISTING,
      });
    } catch (error) {
      if (!(error instanceof ActivityExecutionAlreadyStartedError)) throw error;
    }
  }

  /**
   * All that was told of an attempt so far, in the order of `DIALER_EVENTS`, whoever heard it.
   *
   * @throws ServiceError when Temporal cannot be asked
   */
  async of(identity: string): Promise<DialerEvent[]> {
    const events = await Promise.all(DIALER_EVENTS.map((name) => this.#read(dialerEventId(identity, name))));
    return events.filter((event) => event !== null);
  }

  async #read(id: string): Promise<DialerEvent | null> {
    try {
      const description = await this.#client.activity.getHandle(id).describe({ includeInput: true });
      const input: DialerEvent[] | undefined = await description.getInput();
      return input?.[0] ?? null;
    } catch (error) {
      if (error instanceof ActivityNotFoundError) return null;
      throw error;
    }
  }
}
