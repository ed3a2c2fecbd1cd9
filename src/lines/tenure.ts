import type { FreezeDetector } from './freeze-detector.ts';

/** The process no longer hosts the trunk: another one does, or is about to. */
export class NotHostError extends Error {
  override readonly name = 'NotHostError';

  constructor(trunk: string) {
    super(`This process no longer hosts the lines of trunk ${trunk}`);
  }
}

/** A host's right to dial, from its opening to its end. */
export class Tenure {
  readonly #trunk: string;
  readonly #freezes: FreezeDetector;
  readonly #askServer: () => Promise<boolean>;
  readonly #lost = new AbortController();
  /** A process that stood still may have been given the trunk while it did, and lost it since: the first look counts too. */
  #confirmed = -Infinity;

  /** @param askServer whether the server still counts this host as the trunk's */
  constructor(trunk: string, freezes: FreezeDetector, askServer: () => Promise<boolean>) {
    this.#trunk = trunk;
    this.#freezes = freezes;
    this.#askServer = askServer;
  }

  /** Aborts when the tenure is over. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Makes sure of the tenure: costs nothing as long as the process did not stand still.
   *
   * @throws NotHostError when another process has taken the trunk over
   */
  async confirm(): Promise<void> {
    while (this.#freezes.lastFreeze > this.#confirmed && !this.lost.aborted) {
      const asked = performance.now();
      if (await this.#askServer()) this.#confirmed = asked;
      else this.end();
    }
    if (this.lost.aborted) throw new NotHostError(this.#trunk);
  }

  /** Ends the tenure: nothing more is dialed. */
  end(): void {
    this.#lost.abort();
  }
}
