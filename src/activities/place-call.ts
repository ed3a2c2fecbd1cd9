import { Context } from '@temporalio/activity';
import type { DialerEvent } from '../contract/dialer-event.ts';
import type { Outcome, PlaceCallInput } from '../contract/placement.ts';
import { Placing } from './placing.ts';
import { StartWebhook } from './start-webhook.ts';
import { takeOver } from './take-over.ts';
import type { TrunkHost } from './trunk-host.ts';

/** How often an activity says that it is there, in milliseconds; the SDK passes on one of them every two seconds. */
const HEARTBEAT_MS = 1_000;

export type TrunkCallActivities = ReturnType<typeof createTrunkCallActivities>;

/** The activities of a trunk's two queues, for the process that hosts it. */
export function createTrunkCallActivities(host: TrunkHost) {
  return {
    /**
     * Dials one attempt and stays until the call ends. Never retried: one that fails has either not signalled `dialing`,
     * and dialed nothing, or is followed by `takeOver`.
     *
     * @throws ApplicationFailure `HandedOver` when the call goes on without this worker
     */
    async placeCall(input: PlaceCallInput): Promise<Outcome> {
      const placing = new Placing(host, input);
      return await beating(placing.start, async () => await told(host, input, placing.start, await placing.run()));
    },

    /** Finds out what became of an attempt whose worker is gone, and stays with it until it ends. */
    async takeOver(input: PlaceCallInput): Promise<Outcome> {
      const start = new StartWebhook(host, input);
      return await beating(start, async () => await told(host, input, start, await takeOver(host, input, start)));
    },

    /** Hears what the provider tells of one of the trunk's attempts. */
    async dialerEvent(event: DialerEvent): Promise<void> {
      await Promise.resolve(host.hear(event));
    },
  };
}

/** The heartbeats say how the start was told, for whoever asks while the call goes on. */
async function beating<T>(start: StartWebhook, work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(start.tried), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** An outcome with what its workflow has to know of the agent's webhooks. */
async function told(host: TrunkHost, input: PlaceCallInput, start: StartWebhook, outcome: Outcome): Promise<Outcome> {
  if (outcome.kind !== 'ended') return outcome;
  const tellsResult = host.agent(input.agentId)?.webhooks.result != null;
  return { ...outcome, tellsResult, ...(await start.settle()) };
}
