/** Pauses that end early when there is news. */
export class Pause {
  #news = 0;
  readonly #waiting = new Set<() => void>();

  /** How often there was news. */
  get news(): number {
    return this.#news;
  }

  /** Ends all pauses. */
  interrupt(): void {
    this.#news += 1;
    for (const wake of this.#waiting) wake();
  }

  /** Resolves after `ms` milliseconds, when `signal` aborts, or as soon as there is more news than `seen`. */
  async take(ms: number, signal: AbortSignal, seen: number): Promise<void> {
    if (signal.aborted || this.#news !== seen) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal.addEventListener('abort', wake, { once: true });
      this.#waiting.add(wake);
    });
  }
}
