import type { Worker } from '@temporalio/worker';

/** A Worker at work. */
export class RunningWorker {
  /** Settles when the Worker has stopped; rejects when it failed. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.ended = worker.run();
    // Whoever waits for the end hears of a failure; nobody else has to.
    this.ended.catch(() => undefined);
  }

  /** Stops asking for work, cancels what runs, and resolves when nothing is left. */
  async stop(): Promise<void> {
    if (this.#worker.getState() === 'RUNNING') this.#worker.shutdown();
    await this.ended.catch(() => undefined);
  }
}
