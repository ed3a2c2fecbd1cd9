import { activityInfo, Context } from '@temporalio/activity';
import type { HostReport, TrunkRef } from '../contract/trunk.ts';
import { handedOver } from './handed-over.ts';

/** How often the host says that it is there, in milliseconds. */
const HEARTBEAT_MS = 1_000;

/** A trunk's lines, open in this process. */
export interface OpenHost {
  /** Settles when the host can no longer go on by itself: its tenure is over, or a Worker of it failed. */
  readonly ended: Promise<void>;
  report(): HostReport;
  /** Stops asking for calls, lets go of those in progress, and resolves when nothing of it is left running. */
  close(): Promise<void>;
}

/** Which execution of `hostLines` a host belongs to: how it asks the server whether it still owns the trunk. */
export interface HostExecution {
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
  readonly attempt: number;
}

export type HostActivities = ReturnType<typeof createHostActivities>;

/** @param openHost opens a trunk's lines in this process: takes over what is live first, then asks for new calls */
export function createHostActivities(openHost: (trunk: TrunkRef, execution: HostExecution) => Promise<OpenHost>) {
  return {
    /**
     * Hosts a trunk's lines for as long as this process lives or may: a durable activity, so that exactly one process does,
     * and another one takes over within seconds of its end.
     *
     * @throws ApplicationFailure `HandedOver` when another process is to go on with it
     */
    async hostLines(trunk: TrunkRef): Promise<never> {
      const context = Context.current();
      const { workflowExecution, activityId, attempt } = activityInfo();
      if (workflowExecution === undefined) throw new Error('Expected an activity of a workflow');
      const beat = { host: null as OpenHost | null };
      // From the first moment: opening asks the carrier what is live, which may take long.
      const timer = setInterval(() => context.heartbeat(beat.host?.report()), HEARTBEAT_MS);
      try {
        const host = await openHost(trunk, { ...workflowExecution, activityId, attempt });
        beat.host = host;
        context.heartbeat(host.report());
        try {
          await Promise.race([host.ended, context.cancelled.catch(() => undefined)]);
        } finally {
          await host.close();
        }
      } finally {
        clearInterval(timer);
      }
      if (context.cancellationDetails?.cancelRequested) context.cancellationSignal.throwIfAborted();
      throw handedOver(`This process no longer hosts trunk ${trunk.trunk}`);
    },
  };
}
