/** How often a provider that is down is tried, in milliseconds, by one call at a time. */
const TRY_MS = 5_000;

/** A call that has found the provider down waits as long as a quarter of the outage so far, within these, in milliseconds. */
const SHORTEST_DELAY_MS = 15_000;
const LONGEST_DELAY_MS = 5 * 60_000;

/** So many dials in a row that nobody knows the fate of are an outage, too: a provider that takes requests and is silent. */
const MOST_DOUBTS = 3;

/** How long a call is to wait that has met an outage of so long, both in milliseconds. */
export const delayAfter = (outageMs: number): number =>
  Math.min(LONGEST_DELAY_MS, Math.max(SHORTEST_DELAY_MS, outageMs / 4));

/**
 * Whether a trunk's provider can be asked to dial, as far as this process has seen. While it cannot, calls stay in line and
 * one of them tries now and then: so an outage costs them time, and neither attempts nor, each time, a page of history.
 */
export class Outage {
  /** Since when, in milliseconds of `performance.now()`; null while it is not down. */
  #since: number | null = null;
  #nextTry = 0;
  /** Between two tries, in milliseconds. */
  #pauseMs = TRY_MS;
  #doubts = 0;
  /** When the first of the doubts in a row came up, in milliseconds of `performance.now()`. */
  #doubtedSince = 0;
  /** Ends the waits under way. */
  readonly #waiting = new Set<() => void>();

  /**
   * Waits until the provider is up, as far as is known, or it is the caller's turn to try.
   *
   * @throws the signal's reason when it aborts first
   */
  async untilWorthATry(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#since === null) return;
      const wait = this.#nextTry - performance.now();
      if (wait <= 0) break;
      await this.#wait(wait, signal);
    }
    this.#pauseFor(this.#pauseMs);
  }

  /** Notes that the provider could not be asked. @returns how long the call that tried is to wait, in milliseconds */
  failed(): number {
    const delay = this.#delay();
    this.#pauseFor(TRY_MS);
    return delay;
  }

  /**
   * Notes that nobody knows whether the provider has dialed: where that goes on, the calls behind wait, too, and longer,
   * since a try that comes to this again has cost its call an attempt.
   */
  doubted(): void {
    if (this.#doubts === 0) this.#doubtedSince = performance.now();
    this.#doubts += 1;
    if (this.#doubts >= MOST_DOUBTS) this.#pauseFor(this.#delay());
  }

  /**
   * Notes that the provider has dialed: whoever waits goes on.
   *
   * @param dialed when, in milliseconds of `performance.now()`: a call from before the trouble began says nothing of it
   */
  over(dialed: number): void {
    if (this.#doubts > 0 && dialed < this.#doubtedSince) return;
    if (this.#since !== null && dialed < this.#since) return;
    this.#doubts = 0;
    this.#since = null;
    this.#pauseMs = TRY_MS;
    for (const end of [...this.#waiting]) end();
  }

  /** How long a call is to wait, in milliseconds, that has just met the outage. */
  #delay(): number {
    const now = performance.now();
    this.#since ??= now;
    return delayAfter(now - this.#since);
  }

  #pauseFor(ms: number): void {
    this.#pauseMs = ms;
    this.#nextTry = performance.now() + ms;
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end);
      this.#waiting.add(end);
    });
  }
}
