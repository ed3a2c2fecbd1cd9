import pLimit from 'p-limit';

/** What is done with a turn. */
export interface Turn {
  /** Asked when the turn has come: a turn that is not used costs no spacing. */
  mayDial(): Promise<boolean>;
  dial(): Promise<void>;
}

/**
 * Spaces a trunk's dials, so that no second sees more of them than the carrier allows: the queue's own limit lets two
 * seconds' worth through after a rest.
 */
export class Pace {
  readonly #turns = pLimit(1);
  #callsPerSecond: number | null;
  /** Ends the wait between two turns, which looks at the rate again. */
  #lookAgain: () => void = () => undefined;

  /** @param callsPerSecond above 0, may be a fraction; null for as fast as they come */
  constructor(callsPerSecond: number | null) {
    this.#callsPerSecond = callsPerSecond;
  }

  /** Counts at once, for the spacing under way too. */
  set callsPerSecond(rate: number | null) {
    this.#callsPerSecond = rate;
    this.#lookAgain();
  }

  /** Keeps everybody waiting for a second: whoever dialed for this trunk before us may just have done so. */
  rest(): void {
    void this.#turns(() => sleep(1_000));
  }

  /**
   * Dials when it is the caller's turn. Turns come in the order of asking, and the next one a spacing after what `dial` does
   * at once, before it first waits: that is where it is to ask the carrier.
   *
   * @returns when `dial` has resolved, or was not called: `mayDial` said no, or `signal` aborted before the turn
   * @throws what `mayDial` and `dial` throw
   */
  turn(turn: Turn, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => resolve();
      signal.addEventListener('abort', giveUp, { once: true });
      void this.#turns(async () => {
        signal.removeEventListener('abort', giveUp);
        if (signal.aborted) return resolve();
        const mayDial = await turn.mayDial().catch((error: Error) => reject(error));
        if (mayDial !== true) return resolve();
        turn.dial().then(resolve, reject);
        await this.#space();
      });
    });
  }

  /** Waits until a spacing has passed since now, by the rate as it is then. */
  async #space(): Promise<void> {
    const dialed = performance.now();
    for (;;) {
      const spacing = this.#callsPerSecond === null ? 0 : spacingMs(this.#callsPerSecond);
      const rest = dialed + spacing - performance.now();
      if (rest <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(rest, LONGEST_TIMER_MS));
        this.#lookAgain = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** `setTimeout` fires at once beyond 2³¹ − 1. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Of 2.5 calls a second the half is lost: evenly spaced, some second would see three. */
function spacingMs(callsPerSecond: number): number {
  const wholeRate = callsPerSecond >= 1 ? Math.floor(callsPerSecond) : callsPerSecond;
  // A timer may fire up to a millisecond early.
  return Math.ceil(1_000 / wholeRate) + 1;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
