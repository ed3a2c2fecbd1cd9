import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Dialer } from '../dialers/dialer.ts';
import type { LineRegistry } from '../lines/line-registry.ts';

/** How soon a carrier that could not be asked is asked again, in milliseconds. */
const AGAIN_MS = 1_000;

/** Keeps a line in use for each call that is live at the carrier and that nobody in this process follows, until it ends. */
export class CarrierWatch {
  readonly #dialer: Dialer;
  readonly #lines: LineRegistry;
  readonly #log: Logger;
  readonly #stopped = new AbortController();

  constructor(dialer: Dialer, lines: LineRegistry, log: Logger) {
    this.#dialer = dialer;
    this.#lines = lines;
    this.#log = log;
  }

  /** Counts a call from now on. */
  add(identity: string): void {
    const release = this.#lines.adopt(identity);
    void this.#untilItEnds(identity).finally(release);
  }

  /** Counts none of them any longer: the host is closed. */
  stop(): void {
    this.#stopped.abort();
  }

  async #untilItEnds(identity: string): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        for await (const progress of this.#dialer.follow(identity, signal)) if (progress.step === 'ended') return;
      } catch (error) {
        this.#log.warn({ err: error, identity }, 'cannot follow a live call yet: asks again');
        await sleep(AGAIN_MS);
      }
    }
  }
}
