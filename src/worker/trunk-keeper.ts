import { type Client, WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import type { OnConfiguration } from '../config/configuration-file.ts';
import { trunkWorkflowId } from '../contract/ids.ts';
import { CALLS_QUEUE } from '../contract/task-queues.ts';
import type { trunkLines } from '../workflows/trunk-lines.ts';

/** How often it is seen to, in milliseconds, that every trunk has its workflow: an operator may have ended one. */
const LOOK_MS = 10_000;

/** Keeps a `trunkLines` workflow running for each trunk of the configuration, whichever way one may end. */
export class TrunkKeeper {
  readonly #client: Client;
  readonly #configuration: () => Configuration;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  readonly #stopFollowing: () => void;

  constructor(client: Client, configuration: () => Configuration, onConfiguration: OnConfiguration, log: Logger) {
    this.#client = client;
    this.#configuration = configuration;
    this.#log = log;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#stopFollowing = onConfiguration(() => void this.#look());
    void this.#look();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stopFollowing();
  }

  async #look(): Promise<void> {
    try {
      await Promise.all(this.#configuration().trunks.map(({ orgId, name }) => this.#start(orgId, name)));
    } catch (error) {
      this.#log.warn({ err: error }, 'cannot see to the trunks yet: tries again');
    }
  }

  async #start(orgId: string, trunk: string): Promise<void> {
    await this.#client.workflow.start<typeof trunkLines>('trunkLines', {
      workflowId: trunkWorkflowId(orgId, trunk),
      taskQueue: CALLS_QUEUE,
      args: [{ orgId, trunk }],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      staticSummary: `lines of trunk ${trunk} (${orgId})`,
    });
  }
}
