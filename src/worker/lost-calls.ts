import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import {
  defaultPayloadConverter,
  type Payload,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdReusePolicy,
} from '@temporalio/common';
import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import { isEnd } from '../contract/call.ts';
import { CALL_STATUS } from '../contract/search-attributes.ts';
import type { CallMemo } from '../contract/start-call.ts';
import { startDeliveryOptions } from '../contract/start-delivery.ts';
import type { TrunkRef } from '../contract/trunk.ts';
import type { Tried, WebhookEvent } from '../contract/webhook.ts';
import { endEvent, UNSEEN_END } from '../domain/webhook-events.ts';
import { describeWorkflow } from '../temporal/describe-workflow.ts';
import { webhookOf } from '../webhooks/deliver.ts';

/** How often they are looked for, in milliseconds: a list of Temporal's, which costs its server a few of them. */
const LOOK_MS = 10_000;

/** How far a first look goes back, in milliseconds: as long as a webhook would be tried. */
const FIRST_LOOK_BACK_MS = 72 * 60 * 60_000;

/** Lists may be behind by so much, in milliseconds. */
const LATE_MS = 60_000;

/** What tells of calls that have ended. */
export interface LostCallsDeps {
  readonly client: Client;
  readonly configuration: () => Configuration;
  readonly log: Logger;
}

/**
 * Tells webhooks of the end of a trunk's calls that cannot tell it themselves: whose workflow somebody has terminated, or has
 * failed. Each delivery's ID is used once, so that looking again tells nobody twice.
 */
export class LostCalls {
  readonly #deps: LostCallsDeps;
  readonly #trunk: TrunkRef;
  readonly #timer: NodeJS.Timeout;
  #since = Date.now() - FIRST_LOOK_BACK_MS;
  #isLooking = false;
  #isStopped = false;

  constructor(deps: LostCallsDeps, trunk: TrunkRef) {
    this.#deps = deps;
    this.#trunk = trunk;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    void this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking || !this.#isAnybodyTold) return;
    this.#isLooking = true;
    const began = Date.now();
    try {
      for await (const call of this.#deps.client.workflow.list({ query: this.#query })) {
        if (this.#isStopped) return;
        await this.#tell(call);
      }
      this.#since = began - LATE_MS;
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'cannot look for calls that were terminated yet: looks again');
    } finally {
      this.#isLooking = false;
    }
  }

  get #isAnybodyTold(): boolean {
    const agents = this.#deps.configuration().agents(this.#trunk.orgId);
    return agents.some(({ webhooks }) => webhooks.result !== null);
  }

  get #query(): string {
    const { orgId, trunk } = this.#trunk;
    return [
      `WorkflowType = 'outboundCall' AND ExecutionStatus IN ('Terminated', 'Failed', 'TimedOut')`,
      `OrgId = '${orgId}' AND Trunk = '${trunk}' AND CloseTime >= '${new Date(this.#since).toISOString()}'`,
    ].join(' AND ');
  }

  async #tell(call: WorkflowExecutionInfo): Promise<void> {
    const event = hasEnded(call) ? await this.#untoldEvent(call) : lostEvent(call);
    if (event === null || webhookOf(this.#deps.configuration(), event) === null) return;
    // One that was reset goes on in another run.
    if (!(await this.#isOver(call))) return;
    try {
      await this.#deps.client.workflow.start('webhookDelivery', {
        ...startDeliveryOptions({ event, attempts: [], retryAfterMs: null }),
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  /** What a call was telling that had ended, when its workflow did; null where it was told, or nobody was to be. */
  async #untoldEvent({ workflowId, runId }: WorkflowExecutionInfo): Promise<WebhookEvent | null> {
    const { events } = await this.#deps.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const asked = events?.findLast(
      ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === 'deliverWebhook',
    );
    if (asked === undefined) return null;
    const answered = events?.find(({ activityTaskCompletedEventAttributes: completed }) =>
      completed?.scheduledEventId?.eq(asked.eventId ?? 0),
    );
    const tried = first<Tried>(answered?.activityTaskCompletedEventAttributes?.result);
    // What was to be tried again may have been handed over, which is then seen by its ID.
    if (tried !== null && tried.verdict !== 'again') return null;
    return first<WebhookEvent>(asked.activityTaskScheduledEventAttributes?.input);
  }

  async #isOver({ workflowId, runId }: WorkflowExecutionInfo): Promise<boolean> {
    return (await describeWorkflow(this.#deps.client, workflowId))?.runId === runId;
  }
}

/** Whether the call had ended before its workflow did: then that is what is told. */
const hasEnded = ({ typedSearchAttributes }: WorkflowExecutionInfo): boolean =>
  isEnd(typedSearchAttributes.get(CALL_STATUS));

/** The first of some values; null where there is none. */
function first<T>(values: { payloads?: Payload[] | null } | null | undefined): T | null {
  const [payload] = values?.payloads ?? [];
  return payload === undefined ? null : defaultPayloadConverter.fromPayload<T>(payload);
}

/** How a call has ended whose workflow ended before it; null of one that somebody started by hand. */
function lostEvent({ workflowId, memo, status, closeTime }: WorkflowExecutionInfo): WebhookEvent | null {
  const { call: facts } = (memo ?? {}) as Partial<CallMemo>;
  if (facts === undefined) return null;
  const isTerminated = status.name === 'TERMINATED';
  return endEvent(workflowId, facts, {
    ...UNSEEN_END,
    status: isTerminated ? 'Canceled' : 'Failed',
    reason: isTerminated ? 'terminated' : null,
    createdTime: facts.createdTime,
    completedTime: (closeTime ?? new Date()).toISOString(),
    errorMessage: isTerminated ? null : 'The workflow of the call failed',
  });
}
