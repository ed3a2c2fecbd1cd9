import type { Disposition } from '../../src/contract/call.ts';
import type { AttemptEnd, Outcome } from '../../src/contract/placement.ts';
import type { Attempt } from './attempt.ts';
import { Later } from './later.ts';

/**
 * A phone that rings until the test says what becomes of the call. It stops, as a carrier would, when the call is cancelled:
 * before somebody answered because that is asked for, afterwards only for a hang-up.
 */
export class Phone {
  readonly #reached = new Later<Attempt>();
  readonly #ended = new Later<Outcome>();
  #answeredBy: 'answered' | 'voicemail' | null = null;

  /** For a script's `placeCall`. */
  readonly ring = async (attempt: Attempt): Promise<Outcome> => {
    await attempt.dialing();
    return await this.#follow(attempt);
  };

  /** For a script's `takeOver` of a call that is live. */
  readonly goOn = async (attempt: Attempt): Promise<Outcome> => {
    await this.#heed(attempt); // what was asked for while nobody followed the call
    return await this.#follow(attempt);
  };

  /** Resolves when the workflow knows that it rings, or that it is followed again. */
  async rings(): Promise<Attempt> {
    return await this.#reached.promise;
  }

  /** Somebody picks it up, or a machine does; resolves when the workflow knows. */
  async answer(by: 'answered' | 'voicemail' = 'answered'): Promise<void> {
    const attempt = await this.#reached.promise;
    this.#answeredBy = by;
    await attempt.answered();
  }

  /** The call ends by itself. */
  async end(disposition: Disposition, more: Partial<AttemptEnd> = {}): Promise<void> {
    const attempt = await this.#reached.promise;
    this.#ended.resolve(attempt.ended(disposition, more));
  }

  /** The worker that follows it goes away, and the call goes on. */
  loseWorker(error: Error): void {
    this.#ended.reject(error);
  }

  async #follow(attempt: Attempt): Promise<Outcome> {
    attempt.cancellation.addEventListener('abort', () => {
      this.#heed(attempt).catch((error: Error) => this.#ended.reject(error));
    });
    this.#reached.resolve(attempt);
    return await this.#ended.promise;
  }

  async #heed(attempt: Attempt): Promise<void> {
    const { cancel, hangup } = await attempt.workflow.wishes();
    const by = this.#answeredBy;
    if (!hangup && (!cancel || by !== null)) return;
    this.#ended.resolve(attempt.ended(by ?? 'no-answer', {}, by === null ? 'canceled' : null));
  }
}
