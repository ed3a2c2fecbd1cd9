import { activityInfo, Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import type { RetryRequest, UnstartedCall, WebhookQuestion } from '../../src/activities/call-activities.ts';
import type { EditRequest } from '../../src/activities/resolve-edit.ts';
import type { NumberToSuppress } from '../../src/activities/suppress-numbers.ts';
import type { EditAnswer, Plan } from '../../src/contract/call.ts';
import type { Outcome, PlaceCallInput } from '../../src/contract/placement.ts';
import type { Schedule } from '../../src/contract/schedule.ts';
import type { ReplanRequest, TrunkRef, TrunkState } from '../../src/contract/trunk.ts';
import type { Tried, WebhookEvent } from '../../src/contract/webhook.ts';
import { toInstant } from '../../src/domain/instant.ts';
import type { WaitingCall } from '../../src/domain/plan-anew.ts';
import { Attempt, type Turn } from './attempt.ts';

type Wanted = { readonly paused: boolean; readonly reason: string | null } | null;

/** How often an activity of ours says that it is there, and so hears of its cancellation, in milliseconds. */
const HEARTBEAT_MS = 10;

/**
 * What the activities do in one test, in place of a worker with a carrier, and what they were asked. The test fails
 * when there is an activity that it says nothing of.
 */
export class Script {
  /** Activities that ran unasked, or failed unasked. */
  readonly unexpected: string[] = [];
  /** What `placeCall` was asked, in order. */
  readonly placed: PlaceCallInput[] = [];
  /** What `takeOver` was asked, in order. */
  readonly takenOver: PlaceCallInput[] = [];
  readonly retries: RetryRequest[] = [];
  readonly configured: Wanted[] = [];
  /** The rates that the trunk's queue was to have, as its workflow said; undefined where it did not. */
  readonly rates: (number | null | undefined)[] = [];
  readonly plannedAnew: WaitingCall[] = [];
  /** Which calls were to be told of new hours, in order. */
  readonly replanned: ReplanRequest[] = [];

  placeCall: Turn = notExpected;
  takeOver: Turn = notExpected;
  hostLines: (trunk: TrunkRef) => Promise<void> = notExpected;
  /** By default as where calls may go out at any hour. */
  planRetry: (request: RetryRequest) => Plan | Promise<Plan> = ({ notBefore }) => ({
    at: toInstant(notBefore),
    waitingFor: 'retry-delay',
    summary: 'waits to try again',
  });
  /** By default as where hours have stayed what they were. */
  planAnew: (schedule: Schedule | null, call: WaitingCall) => Plan | null | Promise<Plan | null> = () => null;
  planUnstarted: (call: UnstartedCall) => Plan | null = () => null;
  replanCalls: (request: ReplanRequest) => Promise<void> = () => Promise.resolve();
  /** By default changes the priority and nothing else. */
  resolveEdit: (request: EditRequest) => EditAnswer = ({ facts, input, plan, edit }) => ({
    kind: 'edited',
    call: {
      facts: { ...facts, priority: edit.priority ?? facts.priority },
      input: { ...input, plan },
      endpointHash: 'hash-of-the-endpoint',
      changed: edit.priority == null ? [] : ['priority'],
    },
  });
  /** By default nobody is to be told. */
  hasWebhook: (question: WebhookQuestion) => boolean = () => false;
  /** What webhooks were told, in order. */
  readonly told: WebhookEvent[] = [];
  deliverWebhook: (event: WebhookEvent) => Promise<Tried> = notExpected;
  /** Which batches were to wake their calls, in order. */
  readonly woken: string[] = [];
  wakeCalls: (batchId: string) => Promise<void> = () => Promise.resolve();
  /** What `suppressNumbers` was handed, in order. */
  readonly suppressed: (readonly NumberToSuppress[])[] = [];
  suppressNumbers: (numbers: readonly NumberToSuppress[]) => Promise<void> = () => Promise.resolve();
  configureTrunk: (wanted: Wanted) => Promise<TrunkState> = (wanted) =>
    Promise.resolve({ paused: wanted?.paused ?? false, reason: wanted?.reason ?? null, since: null });
}

const notExpected = (): Promise<never> => Promise.reject(new Error('not expected by the test'));

/** The activities under their real names. */
export function scripted(client: Client, script: () => Script) {
  const run = <T>(work: () => T | Promise<T>): Promise<T> => expectedOrEnd(client, script(), work);
  const runAttempt = (input: PlaceCallInput, turn: Turn): Promise<Outcome> => {
    const { orgId, agentId } = input;
    const attempt = new Attempt(client, input, script().hasWebhook({ orgId, agentId, kind: 'result' }));
    return run(() => beating(attempt, () => turn(attempt)));
  };
  return {
    placeCall: (input: PlaceCallInput): Promise<Outcome> => {
      script().placed.push(input);
      return runAttempt(input, script().placeCall);
    },
    takeOver: (input: PlaceCallInput): Promise<Outcome> => {
      script().takenOver.push(input);
      return runAttempt(input, script().takeOver);
    },
    hostLines: (trunk: TrunkRef): Promise<void> =>
      run(() => beating({ isSilent: false }, () => script().hostLines(trunk))),
    planRetry: (request: RetryRequest): Promise<Plan> => {
      script().retries.push(request);
      return run(() => script().planRetry(request));
    },
    planAnew: (schedule: Schedule | null, call: WaitingCall): Promise<Plan | null> => {
      script().plannedAnew.push(call);
      return run(() => script().planAnew(schedule, call));
    },
    planUnstarted: (calls: readonly UnstartedCall[]): Promise<(Plan | null)[]> =>
      run(() => calls.map((call) => script().planUnstarted(call))),
    replanCalls: (request: ReplanRequest): Promise<void> => {
      script().replanned.push(request);
      return run(() => beating({ isSilent: false }, () => script().replanCalls(request)));
    },
    resolveEdit: (request: EditRequest): Promise<EditAnswer> => run(() => script().resolveEdit(request)),
    hasWebhook: (question: WebhookQuestion): Promise<boolean> => run(() => script().hasWebhook(question)),
    deliverWebhook: (event: WebhookEvent): Promise<Tried> => {
      script().told.push(event);
      return run(() => script().deliverWebhook(event));
    },
    wakeCalls: (batchId: string): Promise<void> => {
      script().woken.push(batchId);
      return run(() => beating({ isSilent: false }, () => script().wakeCalls(batchId)));
    },
    suppressNumbers: (_: string, numbers: readonly NumberToSuppress[]): Promise<void> => {
      script().suppressed.push(numbers);
      return run(() => script().suppressNumbers(numbers));
    },
    configureTrunk: (_: TrunkRef, wanted: Wanted, callsPerSecond?: number | null): Promise<TrunkState> => {
      script().configured.push(wanted);
      script().rates.push(callsPerSecond);
      return run(() => script().configureTrunk(wanted));
    },
  };
}

/** Ends the workflow when its activity fails in a way that the test did not mean: or it would try again for ever. */
async function expectedOrEnd<T>(client: Client, script: Script, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TemporalFailure) throw error;
    const { activityType, workflowExecution } = activityInfo();
    script.unexpected.push(`${activityType}: ${String(error)}`);
    await client.workflow.getHandle(workflowExecution?.workflowId ?? '').terminate('unexpected by the test');
    throw error;
  }
}

async function beating<T>(who: { readonly isSilent: boolean }, work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => who.isSilent || context.heartbeat(), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/**
 * How an activity ends whose worker goes away under a call: Temporal tries it again as its policy has it, or not at all.
 * It has no stack, which would bear the paths of a machine into recorded histories.
 */
export function workerLost(retried: 'retried' | 'for good' = 'retried'): ApplicationFailure {
  const nonRetryable = retried === 'for good';
  const failure = ApplicationFailure.create({ message: 'The worker is gone', type: 'WorkerLost', nonRetryable });
  failure.stack = '';
  return failure;
}
