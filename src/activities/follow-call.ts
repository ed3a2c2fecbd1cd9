import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Instant } from '../contract/call.ts';
import type { AttemptEnd, Outcome, PlaceCallInput } from '../contract/placement.ts';
import type { Progress } from '../dialers/dialer.ts';
import { fitEnd } from '../domain/fit-end.ts';
import type { CallWorkflow } from './call-workflow.ts';
import { handedOver } from './handed-over.ts';
import type { TrunkHost } from './trunk-host.ts';

/** How often a failed request, or a wish that may still come, is asked for again, in milliseconds. */
const AGAIN_MS = 1_000;

/** How often a call is hung up at the least that is to end and does not, in milliseconds: nobody is to wait long for that. */
const LONGEST_AGAIN_MS = 5_000;

/** Node's longest timer, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A call at the carrier, followed from here to its end. */
export class FollowedCall {
  readonly #host: TrunkHost;
  readonly #workflow: CallWorkflow;
  readonly #input: PlaceCallInput;
  readonly #identity: string;
  /** Of this activity. Where its cancellation is heard, `Context.current()` is that of `hostLines`, which runs the Worker. */
  readonly #context = Context.current();
  /** In milliseconds of `performance.now()`. */
  readonly #began = performance.now();
  /** Aborts when the call is left to others. */
  readonly #leave = new AbortController();
  #isAnswered = false;
  #isOver = false;
  /** Whether nothing will ever ask for the call again: then it ends whoever talks. */
  #isGone = false;
  #stoppedBy: 'deadline' | 'canceled' | null = null;
  /** The hang-up under way. */
  #hangingUp: Promise<unknown> | null = null;
  /** One look at its wishes after the other, however many reasons there were to begin. */
  #heeding: Promise<void> | null = null;

  constructor(host: TrunkHost, workflow: CallWorkflow, input: PlaceCallInput, identity: string) {
    this.#host = host;
    this.#workflow = workflow;
    this.#input = input;
    this.#identity = identity;
  }

  /**
   * Goes on with a call that another worker dialed: what its workflow asks for is looked at first.
   *
   * @param isAnswered whether it was answered by now: then its deadline, even one that has passed, is no longer its end
   * @throws ApplicationFailure `HandedOver`, as {@link toItsEnd}
   */
  async takenOver(isAnswered: boolean): Promise<Outcome> {
    this.#isAnswered = isAnswered;
    void this.#heedWishes();
    return await this.toItsEnd();
  }

  /**
   * Follows the call to its end, and ends it where it must: at its deadline or on request while nobody has answered, on
   * request with `hangup` or when its workflow is gone in any case.
   *
   * @throws ApplicationFailure `HandedOver` when this worker is to leave the call, which goes on, to another
   */
  async toItsEnd(): Promise<Outcome> {
    const deadline = setTimeout(() => this.#onDeadline(), this.#untilDeadline());
    const { cancellationSignal } = this.#context;
    const onCancel = (): void => void this.#onCancellation();
    if (cancellationSignal.aborted) onCancel();
    else cancellationSignal.addEventListener('abort', onCancel, { once: true });
    try {
      return { kind: 'ended', end: await this.#followed(), stoppedBy: this.#stoppedBy };
    } finally {
      this.#isOver = true;
      clearTimeout(deadline);
      cancellationSignal.removeEventListener('abort', onCancel);
    }
  }

  async #followed(): Promise<AttemptEnd> {
    for await (const progress of this.#host.dialer.follow(this.#identity, this.#leave.signal)) {
      this.#noteWhetherProviderDials(progress);
      if (progress.step === 'ended') return fitEnd(progress.end);
      if (progress.step === 'answered') await this.#onAnswered(progress.time);
    }
    this.#host.watch(this.#identity);
    throw handedOver('The call goes on and is left to the next worker');
  }

  #noteWhetherProviderDials(progress: Progress): void {
    if (progress.step === 'ended' && progress.end.disposition === 'uncertain') this.#host.outage.doubted();
    else this.#host.outage.over(this.#began);
  }

  async #onAnswered(time: Instant): Promise<void> {
    this.#isAnswered = true;
    try {
      await this.#tellAnswered(time);
    } catch (error) {
      // It goes on without this activity, and on its line.
      this.#host.watch(this.#identity);
      throw error;
    }
  }

  /** Where the workflow has just been ended, the next heartbeat would tell: nobody but this activity can hang up. */
  async #tellAnswered(time: Instant): Promise<void> {
    try {
      await this.#workflow.answered(this.#input, time);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      await this.#onNotFound();
    }
  }

  #untilDeadline(): number {
    // A timer may fire up to a millisecond early, and the deadline is the caller's to the last one.
    return Math.min(LONGEST_TIMER_MS, Math.max(0, Date.parse(this.#input.callDeadline) - Date.now() + 1));
  }

  #onDeadline(): void {
    if (!this.#isAnswered) void this.#stop('deadline');
  }

  async #onCancellation(): Promise<void> {
    const { cancellationDetails } = this.#context;
    if (cancellationDetails?.workerShutdown) return this.#leave.abort();
    if (cancellationDetails?.notFound || cancellationDetails?.timedOut) return await this.#onNotFound();
    // Asked to stop; or paused or reset by an operator, which leaves the call under way, but nothing tells of later wishes.
    await this.#heedWishes();
  }

  /** The server no longer knows this activity: either nobody wants the call any more, or another worker has it. */
  async #onNotFound(): Promise<void> {
    if (await this.#seeWhetherGone()) void this.#heedWishes();
    else this.#leave.abort();
  }

  /**
   * Stops the call if that is asked for; while a person talks, it may still come to be. A hang-up may come too late for one
   * wish, or too early for the carrier, so wishes are heeded until the call is over.
   */
  #heedWishes(): Promise<void> {
    return (this.#heeding ??= this.#stopOnceUnwanted());
  }

  async #stopOnceUnwanted(): Promise<void> {
    let pauseMs = AGAIN_MS;
    while (!this.#isOver && !this.#leave.signal.aborted) {
      if (await this.#isUnwanted()) {
        await this.#stop('canceled');
        // A carrier that has taken it needs a while.
        pauseMs = Math.min(LONGEST_AGAIN_MS, pauseMs + AGAIN_MS);
      }
      await sleep(pauseMs);
    }
  }

  /** Whether it is to end now, as far as is known; false when it is over before that is. */
  async #isUnwanted(): Promise<boolean> {
    if (this.#isGone) return true;
    const wishes = await this.#untilAnswered(() => this.#workflow.wishes());
    if (wishes === null) return false;
    if (await this.#seeWhetherGone()) return true;
    return wishes.hangup || (wishes.cancel && !this.#isAnswered);
  }

  async #seeWhetherGone(): Promise<boolean> {
    this.#isGone ||= (await this.#untilAnswered(() => this.#workflow.isGone())) === true;
    return this.#isGone;
  }

  /** Where somebody answers before it could be hung up, that is asked for anew, if it is still wished. */
  async #stop(by: 'deadline' | 'canceled'): Promise<void> {
    const wasAnswered = this.#isAnswered;
    if (!wasAnswered) this.#stoppedBy = by;
    const isWanted = (): boolean => this.#isGone || this.#isAnswered === wasAnswered;
    this.#hangingUp ??= this.#untilAnswered(async () => {
      if (isWanted()) await this.#host.dialer.hangUp(this.#identity);
    });
    await this.#hangingUp;
    this.#hangingUp = null;
  }

  /** Asks until an answer comes; null when the call is over first. */
  async #untilAnswered<T>(ask: () => Promise<T>): Promise<T | null> {
    while (!this.#isOver) {
      try {
        return await ask();
      } catch (error) {
        this.#host.log.warn({ err: error, identity: this.#identity }, 'cannot stop the call yet: asks again');
        await sleep(AGAIN_MS);
      }
    }
    return null;
  }
}
