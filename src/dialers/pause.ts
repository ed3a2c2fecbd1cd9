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
    for (const wake of [...this.#waiting]) wake();
  }

  /**
   * Resolves when `signal` aborts, or as soon as there is more news than `seen`.
   *
   * @param ms after so many milliseconds at the latest; `Infinity` for no such limit
   */
  async take(ms: number, signal: AbortSignal, seen = this.#news): Promise<void> {
    if (signal.aborted || this.#news !== seen) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = ms === Infinity ? undefined : setTimeout(wake, ms);
      signal.addEventListener('abort', wake, { once: true });
      this.#waiting.add(wake);
    });
  }
}
