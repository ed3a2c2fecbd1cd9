import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError, WorkflowIdReusePolicy } from '@temporalio/common';
import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import { startDeliveryOptions } from '../contract/start-delivery.ts';
import type { TrunkRef } from '../contract/trunk.ts';
import type { WebhookEvent } from '../contract/webhook.ts';
import { describeWorkflow } from '../temporal/describe-workflow.ts';
import { webhookOf } from '../webhooks/deliver.ts';

/** How often they are looked for, in milliseconds: two lists of Temporal's, which cost its server a few of them. */
const LOOK_MS = 10_000;

/** How far a first look goes back, in milliseconds: as long as a webhook would be tried. */
const FIRST_LOOK_BACK_MS = 72 * 60 * 60_000;

/** Lists may be behind by so much, in milliseconds. */
const LATE_MS = 60_000;

/** What tells of calls that have ended. */
export interface LostEndsDeps {
  readonly client: Client;
  readonly configuration: () => Configuration;
  readonly log: Logger;
}

/** Makes a {@link LostKind} of a trunk. */
export type LostKindOf = (deps: LostEndsDeps, trunk: TrunkRef) => LostKind;

/** Workflows that may end before they could tell how calls have. */
export interface LostKind {
  /** Which, in the language of Temporal's visibility. */
  readonly query: string;
  /** What one of them, which was terminated or has failed, leaves untold of a trunk's calls. */
  untold(workflow: WorkflowExecutionInfo): AsyncIterable<WebhookEvent>;
}

/**
 * Tells webhooks of the ends of a trunk's calls that nobody else can tell: somebody has terminated their workflow or their
 * page, or it has failed. Each delivery's ID is used once, so that looking again, here or elsewhere, tells nobody twice.
 */
export class LostEnds {
  readonly #deps: LostEndsDeps;
  readonly #kinds: readonly LostKind[];
  readonly #orgId: string;
  readonly #timer: NodeJS.Timeout;
  /** What ended before is told, or is not to be. Milliseconds since the epoch. */
  #since = Date.now() - FIRST_LOOK_BACK_MS;
  /** When those ended that are done with, by run ID: a list has them again for as long as it may be late. */
  readonly #done = new Map<string, number>();
  #isLooking = false;
  #isStopped = false;

  constructor(deps: LostEndsDeps, trunk: TrunkRef, kinds: readonly LostKindOf[]) {
    this.#deps = deps;
    this.#orgId = trunk.orgId;
    this.#kinds = kinds.map((kindOf) => kindOf(deps, trunk));
    this.#timer = setInterval(() => void this.look(), LOOK_MS);
    void this.look();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  /** Looks once; while a look is under way, another one does nothing. */
  async look(): Promise<void> {
    if (this.#isLooking || this.#isStopped) return;
    const began = Date.now();
    if (!this.#isAnybodyTold) {
      // Whoever gets a webhook is told of what ends from then on.
      this.#since = began;
      return;
    }
    this.#isLooking = true;
    const isWhole = await this.#lookThrough();
    if (isWhole) this.#since = Math.max(this.#since, began - LATE_MS);
    for (const [runId, ended] of this.#done) if (ended < this.#since) this.#done.delete(runId);
    this.#isLooking = false;
  }

  get #isAnybodyTold(): boolean {
    return this.#deps
      .configuration()
      .agents(this.#orgId)
      .some(({ webhooks }) => webhooks.result !== null);
  }

  /** False where something is to be looked at again. */
  async #lookThrough(): Promise<boolean> {
    let isWhole = true;
    const look = async (work: () => Promise<void>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        isWhole = false;
        this.#deps.log.warn({ err: error }, 'cannot tell yet of calls that were terminated: looks again');
      }
    };
    for (const kind of this.#kinds) {
      await look(async () => {
        for await (const workflow of this.#deps.client.workflow.list({ query: this.#queryOf(kind) })) {
          if (this.#isStopped) return;
          await look(() => this.#tellOf(kind, workflow));
        }
      });
    }
    return isWhole && !this.#isStopped;
  }

  #queryOf({ query }: LostKind): string {
    const ended = `ExecutionStatus IN ('Terminated', 'Failed', 'TimedOut')`;
    return `${query} AND ${ended} AND CloseTime >= '${new Date(this.#since).toISOString()}'`;
  }

  async #tellOf(kind: LostKind, workflow: WorkflowExecutionInfo): Promise<void> {
    const { workflowId, runId, closeTime } = workflow;
    if (this.#done.has(runId)) return;
    let isOver: boolean | null = null;
    for await (const event of kind.untold(workflow)) {
      if (this.#isStopped) return;
      if (webhookOf(this.#deps.configuration(), event) === null) continue;
      // One that was reset goes on in another run.
      isOver ??= (await describeWorkflow(this.#deps.client, workflowId))?.runId === runId;
      if (!isOver) break;
      await this.#tell(event);
    }
    this.#done.set(runId, (closeTime ?? new Date()).getTime());
  }

  async #tell(event: WebhookEvent): Promise<void> {
    try {
      await this.#deps.client.workflow.start('webhookDelivery', {
        ...startDeliveryOptions({ event, attempts: [], retryAfterMs: null }),
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }
}
