/** Gives a line back; a second call does nothing. */
export type Release = () => void;

interface Waiter {
  readonly identity: string;
  readonly priority: number;
  readonly grant: (release: Release) => void;
}

/**
 * A trunk's lines in this process: the one count of calls in progress, those that are executed here and those that are
 * live at the carrier. Whatever hosts come and go in the process share it.
 */
export class LineRegistry {
  #capacity: number;
  /** Identities on a line, each with how many hold it: its `placeCall`, a takeover, the host that found it live. */
  readonly #held = new Map<string, number>();
  /** Those that were here before anybody took a line for them. */
  readonly #adopted = new Set<string>();
  /** In the order in which they get a line. */
  readonly #waiters: Waiter[] = [];
  readonly #listeners = new Set<() => void>();

  /** @param capacity how many calls at once; a whole number from 0 */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Lines in use. It may exceed the capacity: after a resize, and where more calls are live than there are lines. */
  get busy(): number {
    return this.#held.size;
  }

  /** Lines in use by calls that were live before this host was. */
  get adopted(): number {
    return this.#adopted.size;
  }

  /** How many wait for a line. */
  get waiting(): number {
    return this.#waiters.length;
  }

  /** Whether the identity is on a line now. */
  has(identity: string): boolean {
    return this.#held.has(identity);
  }

  /** Changes the number of lines, at once. Calls in progress go on; fewer lines only means that fewer new ones begin. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#changed();
  }

  /**
   * Waits for a line: the highest priority first, then whoever came first.
   *
   * @throws the signal's reason when it aborts first
   */
  async take(identity: string, priority: number, signal: AbortSignal): Promise<Release> {
    signal.throwIfAborted();
    return await new Promise<Release>((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        identity,
        priority,
        grant: (release) => {
          signal.removeEventListener('abort', giveUp);
          resolve(release);
        },
      };
      const behind = this.#waiters.findIndex((other) => other.priority < priority);
      this.#waiters.splice(behind === -1 ? this.#waiters.length : behind, 0, waiter);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#changed();
    });
  }

  /** Counts a call that is live at the carrier already, whether or not there is a line for it. */
  adopt(identity: string): Release {
    if (!this.#held.has(identity)) this.#adopted.add(identity);
    const release = this.#hold(identity);
    this.#changed();
    return release;
  }

  /** Calls the listener after every change that may have freed a line; answers how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #hold(identity: string): Release {
    this.#held.set(identity, (this.#held.get(identity) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#letGo(identity);
    };
  }

  #letGo(identity: string): void {
    const others = (this.#held.get(identity) ?? 1) - 1;
    if (others > 0) {
      this.#held.set(identity, others);
    } else {
      this.#held.delete(identity);
      this.#adopted.delete(identity);
    }
    this.#changed();
  }

  #changed(): void {
    while (this.busy < this.#capacity) {
      const next = this.#waiters.shift();
      if (next === undefined) break;
      next.grant(this.#hold(next.identity));
    }
    for (const listener of this.#listeners) listener();
  }
}
