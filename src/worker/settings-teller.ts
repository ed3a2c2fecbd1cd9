import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { TrunkSettings } from '../contract/trunk.ts';

/** How soon what could not be told is told again, in milliseconds. */
const AGAIN_MS = 1_000;

/** Tells the workflow of a trunk what its host goes by: once it is hosted, and each time that has changed. */
export class SettingsTeller {
  readonly #workflow: WorkflowHandle;
  readonly #settings: () => TrunkSettings;
  readonly #log: Logger;
  /** What is told last is to count: so one is told after the other. */
  readonly #turns = pLimit(1);
  #told: string | null = null;
  #isStopped = false;

  /** @param settings as they are now */
  constructor(workflow: WorkflowHandle, settings: () => TrunkSettings, log: Logger) {
    this.#workflow = workflow;
    this.#settings = settings;
    this.#log = log;
  }

  /** Tells it, as often as it takes, unless it knows; resolves when it does, or nobody wants to tell it any more. */
  tell(): Promise<void> {
    return this.#turns(async () => {
      while (!this.#isStopped) {
        try {
          return await this.#tellOnce();
        } catch (error) {
          this.#log.warn({ err: error }, 'cannot tell the trunk of its settings yet: tries again');
          await sleep(AGAIN_MS);
        }
      }
    });
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #tellOnce(): Promise<void> {
    const settings = this.#settings();
    const text = JSON.stringify(settings);
    if (text === this.#told) return;
    await this.#workflow.signal('trunkSettings', settings);
    this.#told = text;
  }
}
