import type { Client } from '@temporalio/client';
import type { EditAnswer, Instant, Plan } from '../contract/call.ts';
import type { TrunkRef, TrunkState } from '../contract/trunk.ts';
import type { WebhookKind } from '../contract/webhook.ts';
import { toInstant } from '../domain/instant.ts';
import { planRetry } from '../domain/plan-retry.ts';
import { type EditDeps, type EditRequest, resolveEdit } from './resolve-edit.ts';
import { wakeCalls } from './wake-calls.ts';

/** What is asked when an attempt is to be followed by another. */
export interface RetryRequest {
  readonly orgId: string;
  readonly agentId: string;
  readonly timezone: string;
  readonly callDeadline: Instant;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  /** How long the delay is that ends then, in milliseconds. @default 0, nothing to spread attempts by */
  readonly delayMs?: number;
}

/** Which of an agent's webhooks is asked for. */
export interface WebhookQuestion {
  readonly orgId: string;
  readonly agentId: string;
  readonly kind: WebhookKind;
}

/** A trunk's task queue, as far as its pace goes. */
export interface QueuePace {
  read(trunk: TrunkRef): Promise<{ rate: number | null; reason: string | null; since: Date | null }>;
  setRate(trunk: TrunkRef, rate: number | null, reason: string | null): Promise<void>;
}

export interface CallActivitiesDeps extends EditDeps {
  readonly client: Client;
  readonly queues: QueuePace;
}

export type CallActivities = ReturnType<typeof createCallActivities>;

/** The ordinary activities of calls and trunks. */
export function createCallActivities(deps: CallActivitiesDeps) {
  const { client, configuration, queues } = deps;
  return {
    /** When the next attempt may go out: after the delay and a little more, and inside the calling window again. */
    planRetry({ orgId, agentId, timezone, callDeadline, notBefore, delayMs = 0 }: RetryRequest): Promise<Plan> {
      // An agent that is gone from the configuration is the gate's to notice: until then its calls have no hours.
      const schedule = configuration().agent(orgId, agentId)?.schedule ?? null;
      const request = { now: Date.now(), notBefore, because: 'retry-delay', callDeadline, delayMs } as const;
      return Promise.resolve(planRetry(schedule, timezone, request, Math.random()));
    },

    /** What an edit makes of a call that is not dialed yet, or everything that is wrong with it. */
    resolveEdit(request: EditRequest): Promise<EditAnswer> {
      return Promise.resolve(resolveEdit(deps, request, Date.now()));
    },

    /** Whether an agent has a webhook of a kind now. */
    hasWebhook({ orgId, agentId, kind }: WebhookQuestion): Promise<boolean> {
      const webhook = configuration().agent(orgId, agentId)?.webhooks[kind] ?? null;
      return Promise.resolve(webhook !== null);
    },

    /** Wakes the calls that the pause of a batch has held back, until none is left. */
    async wakeCalls(batchId: string): Promise<void> {
      await wakeCalls(client, batchId);
    },

    /**
     * Sets the pace of a trunk's queue: 0 while it is paused, else its configured rate.
     *
     * @param wanted null leaves a pause as it is, wherever it was set
     */
    async configureTrunk(
      trunk: TrunkRef,
      wanted: { readonly paused: boolean; readonly reason: string | null } | null,
    ): Promise<TrunkState> {
      const found = await queues.read(trunk);
      const { paused, reason } = wanted ?? { paused: found.rate === 0, reason: found.reason };
      const rate = paused ? 0 : (configuration().trunk(trunk.orgId, trunk.trunk)?.callsPerSecond ?? null);
      if (rate !== found.rate || (paused && reason !== found.reason)) await queues.setRate(trunk, rate, reason);
      const since = paused ? toInstant(found.rate === 0 ? (found.since?.getTime() ?? Date.now()) : Date.now()) : null;
      return { paused, reason: paused ? reason : null, since };
    },
  };
}
