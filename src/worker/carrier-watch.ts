import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { callIdOf } from '../contract/ids.ts';
import type { Dialer } from '../dialers/dialer.ts';
import type { LineRegistry } from '../lines/line-registry.ts';

/** How soon a carrier that could not be asked is asked again, in milliseconds. */
const AGAIN_MS = 1_000;

/** A call that its dialer has not known for so long, in milliseconds, is over: who takes it over would have made it known. */
const FORGOTTEN_MS = 60_000;

/** How often it is seen to that somebody still wants the call, in milliseconds. */
const LOOK_MS = 5_000;

/**
 * Keeps a line in use for each call that is live at the carrier and that nobody in this process follows, until it ends. A
 * call whose workflow was ended before a worker took it over is hung up: nobody else will.
 */
export class CarrierWatch {
  readonly #dialer: Dialer;
  readonly #lines: LineRegistry;
  readonly #isWanted: (callId: string) => Promise<boolean>;
  readonly #log: Logger;
  readonly #stopped = new AbortController();

  /** @param isWanted whether a call's workflow is still open */
  constructor(dialer: Dialer, lines: LineRegistry, isWanted: (callId: string) => Promise<boolean>, log: Logger) {
    this.#dialer = dialer;
    this.#lines = lines;
    this.#isWanted = isWanted;
    this.#log = log;
  }

  /** Counts a call from now on. */
  add(identity: string): void {
    const release = this.#lines.adopt(identity);
    const look = setInterval(() => void this.#hangUpIfUnwanted(identity), LOOK_MS);
    void this.#hangUpIfUnwanted(identity);
    void this.#untilItEnds(identity).finally(() => {
      clearInterval(look);
      release();
    });
  }

  /** Counts none of them any longer: the host is closed. */
  stop(): void {
    this.#stopped.abort();
  }

  async #hangUpIfUnwanted(identity: string): Promise<void> {
    try {
      if (!(await this.#isWanted(callIdOf(identity)))) await this.#dialer.hangUp(identity);
    } catch (error) {
      this.#log.warn({ err: error, identity }, 'cannot see whether a live call is still wanted: looks again');
    }
  }

  async #untilItEnds(identity: string): Promise<void> {
    const { signal } = this.#stopped;
    let failingSince: number | null = null;
    while (!signal.aborted) {
      try {
        for await (const progress of this.#dialer.follow(identity, signal)) if (progress.step === 'ended') return;
        // Its dialer was closed under it.
        if (!signal.aborted) await sleep(AGAIN_MS);
      } catch (error) {
        this.#log.warn({ err: error, identity }, 'cannot follow a live call yet: asks again');
        failingSince ??= Date.now();
        if (Date.now() - failingSince > FORGOTTEN_MS || (await this.#isOver(identity))) return;
        await sleep(AGAIN_MS);
      }
    }
  }

  /** Whether the carrier has no such call any more: it may have ended between the list that it was on and the look at it. */
  async #isOver(identity: string): Promise<boolean> {
    try {
      const live = await this.#dialer.live();
      return live !== null && !live.includes(identity);
    } catch {
      return false;
    }
  }
}
