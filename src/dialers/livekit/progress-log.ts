import { EventEmitter, once } from 'node:events';
import type { Progress } from '../dialer.ts';

/** The steps of one call, for all who follow it. */
export class ProgressLog {
  readonly #steps: Progress[] = [];
  readonly #news = new EventEmitter();
  #isClosed = false;

  constructor() {
    this.#news.setMaxListeners(0);
  }

  push(step: Progress): void {
    this.#steps.push(step);
    this.#news.emit('news');
  }

  /** Ends every {@link follow} as an abort would. */
  close(): void {
    this.#isClosed = true;
    this.#news.emit('news');
  }

  /** First where the call stands, then every step that follows. */
  async *follow(signal: AbortSignal): AsyncGenerator<Progress, void, undefined> {
    let next = Math.max(this.#steps.length - 1, 0);
    while (!signal.aborted && !this.#isClosed) {
      const step = this.#steps[next];
      if (step === undefined) {
        // Rejects when `signal` aborts.
        await once(this.#news, 'news', { signal }).catch(() => undefined);
        continue;
      }
      next += 1;
      yield step;
      if (step.step === 'ended') return;
    }
  }
}
