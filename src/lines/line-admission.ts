import type { ActivitySlotInfo, CustomSlotSupplier, SlotPermit } from '@temporalio/worker';
import type { LineRegistry } from './line-registry.ts';

/**
 * Lets the Worker of a trunk ask for as many calls as there are lines. Admission only: a poller without work holds a
 * permit, and permits leak when a Worker shuts down, so what counts as a line is the registry's business.
 */
export class LineAdmission implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = 'custom';
  readonly #lines: LineRegistry;
  readonly #waiting = new Set<() => void>();
  readonly #unsubscribe: () => void;
  #permits = 0;

  constructor(lines: LineRegistry) {
    this.#lines = lines;
    this.#unsubscribe = lines.onChange(() => this.#wake());
  }

  /** To be called once its Worker has shut down. */
  close(): void {
    this.#unsubscribe();
  }

  async reserveSlot(_context: unknown, abort: AbortSignal): Promise<SlotPermit> {
    while (!this.#hasRoom()) await this.#change(abort);
    this.#permits += 1;
    return {};
  }

  /** Nothing is handed out past the queue: it alone knows the order. */
  tryReserveSlot(): SlotPermit | null {
    return null;
  }

  markSlotUsed(): void {}

  releaseSlot(): void {
    this.#permits -= 1;
    this.#wake();
  }

  #hasRoom(): boolean {
    return this.#permits < this.#lines.capacity - this.#lines.adopted;
  }

  #change(abort: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        this.#waiting.delete(wake);
        abort.removeEventListener('abort', giveUp);
        end();
      };
      const wake = (): void => settle(resolve);
      const giveUp = (): void => settle(() => reject(new DOMException('The Worker stopped asking', 'AbortError')));
      this.#waiting.add(wake);
      abort.addEventListener('abort', giveUp, { once: true });
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
