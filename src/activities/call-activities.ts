import type { Client } from '@temporalio/client';
import type { EditAnswer, Instant, Plan } from '../contract/call.ts';
import type { Schedule } from '../contract/schedule.ts';
import type { ReplanRequest, TrunkRef, TrunkState } from '../contract/trunk.ts';
import type { WebhookKind } from '../contract/webhook.ts';
import { toInstant } from '../domain/instant.ts';
import { planAnew, type WaitingCall } from '../domain/plan-anew.ts';
import { planRetry } from '../domain/plan-retry.ts';
import { type EditDeps, type EditRequest, resolveEdit } from './resolve-edit.ts';
import { replanCalls } from './replan-calls.ts';
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

/** A call of a page that has not started, as it was planned when it was accepted. */
export interface UnstartedCall extends WaitingCall {
  readonly orgId: string;
  readonly agentId: string;
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

    /** The plan of a waiting call by other calling hours; null where it is what it was. */
    planAnew(schedule: Schedule | null, call: WaitingCall): Promise<Plan | null> {
      return Promise.resolve(planAnew(schedule, call, Date.now()));
    },

    /** The same of calls that have not started, by their agents' hours as they are now. */
    planUnstarted(calls: readonly UnstartedCall[]): Promise<(Plan | null)[]> {
      const planOne = (call: UnstartedCall): Plan | null => {
        const agent = configuration().agent(call.orgId, call.agentId);
        return agent === null ? null : planAnew(agent.schedule, call, Date.now());
      };
      return Promise.resolve(calls.map(planOne));
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

    /** Has the waiting calls of agents planned anew whose calling hours have changed. */
    async replanCalls(request: ReplanRequest): Promise<void> {
      await replanCalls(client, configuration, request);
    },

    /**
     * Sets the pace of a trunk's queue: 0 while it is paused, else its configured rate.
     *
     * @param wanted null leaves a pause as it is, wherever it was set
     * @param callsPerSecond as the trunk's host has it; left out where none has told: then as this process has it
     */
    async configureTrunk(
      trunk: TrunkRef,
      wanted: { readonly paused: boolean; readonly reason: string | null } | null,
      callsPerSecond: number | null = configuration().trunk(trunk.orgId, trunk.trunk)?.callsPerSecond ?? null,
    ): Promise<TrunkState> {
      const found = await queues.read(trunk);
      const { paused, reason } = wanted ?? { paused: found.rate === 0, reason: found.reason };
      const rate = paused ? 0 : callsPerSecond;
      if (rate !== found.rate || (paused && reason !== found.reason)) await queues.setRate(trunk, rate, reason);
      const since = paused ? toInstant(found.rate === 0 ? (found.since?.getTime() ?? Date.now()) : Date.now()) : null;
      return { paused, reason: paused ? reason : null, since };
    },
  };
}
