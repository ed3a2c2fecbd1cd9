/** A gap that long means that the process stood still: longer than any pause of a healthy event loop, in milliseconds. */
export const FREEZE_MS = 2_000;

/** How often the detector looks, in milliseconds. */
const TICK_MS = 250;

/**
 * Notices that this process stood still (SIGSTOP, a suspended machine, a blocked event loop): by then others may have taken
 * its place. It looks at both clocks, since the monotonic one stands still while a machine is suspended.
 */
export class FreezeDetector {
  readonly #timer: NodeJS.Timeout;
  #wall = Date.now();
  #monotonic = performance.now();
  readonly #listeners = new Set<() => void>();
  #lastFreeze = -Infinity;

  constructor() {
    this.#timer = setInterval(() => this.#look(), TICK_MS);
    this.#timer.unref();
  }

  /** When the process last woke from standing still, on the clock of `performance.now()`; -Infinity when it never did. */
  get lastFreeze(): number {
    this.#look();
    return this.#lastFreeze;
  }

  /** Calls the listener soon after every freeze; answers how to stop that. */
  onFreeze(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const wall = Date.now();
    const monotonic = performance.now();
    const gap = Math.max(wall - this.#wall, monotonic - this.#monotonic);
    this.#wall = wall;
    this.#monotonic = monotonic;
    if (gap <= FREEZE_MS) return;
    this.#lastFreeze = monotonic;
    for (const listener of this.#listeners) listener();
  }
}
