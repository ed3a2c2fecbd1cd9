import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { v4 as uuid } from 'uuid';
import type { PageCall } from '../../src/contract/batch.ts';
import type { CallFacts, CallInput, CallProgress, CallResult, RetryPolicy, Waiting } from '../../src/contract/call.ts';
import { getCallQuery, getWaitingForQuery } from '../../src/contract/messages.ts';
import { startCallOptions } from '../../src/contract/start-call.ts';
import { NO_RETRY } from '../../src/domain/retry.ts';
import { toInstant } from '../../src/domain/instant.ts';
import type { outboundCall } from '../../src/workflows/outbound-call.ts';
import type { World } from './world.ts';

export const ORG_ID = 'acme';
/** The trunk whose queues a Worker serves. */
export const TRUNK = 'demo';
/** A trunk whose queue nobody serves: what is placed there waits for a line for ever. */
export const BUSY_TRUNK = 'busy';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** What tests say of a call, in milliseconds from now where it is a time. */
export interface CallWish {
  /** @default 0, at once */
  readonly dueIn?: number;
  /** @default one day after it is due */
  readonly deadlineIn?: number;
  readonly retry?: RetryPolicy;
  /** The search attribute that it is started with. @default as its plan has it */
  readonly startedAs?: 'Pending';
  readonly facts?: Partial<CallFacts>;
  readonly input?: Partial<CallInput>;
}

/** Three attempts, half an hour apart after `no-answer`, five minutes after `busy`. */
export const THREE_ATTEMPTS: RetryPolicy = { ...NO_RETRY, maxAttempts: 3 };

/** A call as the API would have accepted it at `now`. */
export function pageCall(now: number, wish: CallWish = {}, callId: string = uuid()): PageCall {
  const { dueIn = 0, deadlineIn = dueIn + DAY } = wish;
  const waits = { waitingFor: 'calling-window', summary: 'waits until 09:00 America/New_York' } as const;
  return {
    callId,
    facts: {
      orgId: ORG_ID,
      agentId: 'reminder',
      batchId: null,
      trunk: TRUNK,
      endpoint: '+15550100001',
      additionalData: { name: 'Ada' },
      priority: 5,
      callDeadline: toInstant(now + deadlineIn),
      timezone: 'America/New_York',
      overrideOutboundConfig: null,
      scheduledTime: null,
      createdTime: toInstant(now),
      ...wish.facts,
    },
    input: {
      endpoint: '+15550100001',
      plan: { at: toInstant(now + dueIn), ...(dueIn > 0 ? waits : { waitingFor: null, summary: 'may go out now' }) },
      retry: wish.retry ?? NO_RETRY,
      onVoicemail: 'complete',
      priorityKey: 2,
      fairnessKey: 'spring',
      longestCallMs: HOUR,
      tellsWebhooks: true,
      ...wish.input,
    },
    endpointHash: 'hash-of-the-endpoint',
    searchable: ['campaignId=spring'],
    summary: 'reminder → +1555•••0001',
  };
}

/** One call's workflow. */
export class StartedCall {
  readonly handle: WorkflowHandleWithFirstExecutionRunId<typeof outboundCall>;
  /** As it was accepted. */
  readonly call: PageCall;

  constructor(handle: WorkflowHandleWithFirstExecutionRunId<typeof outboundCall>, call: PageCall) {
    this.handle = handle;
    this.call = call;
  }

  get runId(): string {
    return this.handle.firstExecutionRunId;
  }

  async result(): Promise<CallResult> {
    return await this.handle.result();
  }

  async progress(): Promise<CallProgress> {
    return await this.handle.query(getCallQuery);
  }

  async waitingFor(): Promise<Waiting | null> {
    return await this.handle.query(getWaitingForQuery);
  }

  /** As an operator does with `cancelCall`. */
  async cancel(fields: { reason?: string; hangup?: boolean } = {}): Promise<void> {
    await this.handle.signal('cancelCall', fields);
  }
}

/** Starts a call as the API does. */
export async function startCall(world: World, wish: CallWish = {}): Promise<StartedCall> {
  const now = await world.now();
  const call = pageCall(now, wish);
  const options = startCallOptions(call, wish.startedAs === 'Pending' ? Date.parse(call.input.plan.at) - 1 : now);
  return new StartedCall(await world.start<typeof outboundCall>('outboundCall', options), call);
}

/** Starts a call that is due and for which no line ever comes; it is queued once this resolves. */
export async function startQueuedCall(world: World, wish: CallWish = {}): Promise<StartedCall> {
  const call = await startCall(world, { ...wish, facts: { trunk: BUSY_TRUNK, ...wish.facts } });
  await call.progress();
  await world.leaveWaitingActivity();
  return call;
}
