import type { Disposition, Instant } from '../../contract/call.ts';
import type { AttemptEnd } from '../../contract/placement.ts';
import { toInstant } from '../../domain/instant.ts';
import type { Found, Progress } from '../dialer.ts';
import { Pause } from '../pause.ts';
import type { Unsure } from './answer.ts';
import type { Report } from './report.ts';

/** The longest that a call can ring and talk, in milliseconds: what an agent may have set. */
const LONGEST_MS = 5 * 60_000 + 24 * 60 * 60_000;

/** A call as this process knows it: what its platform has told so far, in whatever order. */
export class HttpCall {
  readonly identity: string;
  /** The platform's own ID of it; null where it has not told. */
  id: string | null = null;
  /** What came instead of an answer when it was posted; null for a call that the platform has, as far as it said. */
  doubt: Unsure | null = null;
  /** By how many it is followed. */
  followers = 0;
  /** Whether the platform has told something by itself: then it need not be asked so often. */
  isTold = false;
  /** Whether it was asked to hang up. */
  isHungUp = false;
  /** Whether it had nothing to hang up then: the request to dial may have been on its way, and the call may turn up. */
  isMissed = false;
  /** Whether it was placed by this process, which knows best when. */
  readonly isOurs: boolean;
  #startedTime: Instant;
  readonly #ringTimeoutMs: number | null;
  readonly #longestMs: number;
  #ringing: Instant | null = null;
  #answered: Instant | null = null;
  #end: AttemptEnd | null = null;
  #isKnown = false;
  readonly #pause = new Pause();

  /**
   * @param since it was not dialed before this
   * @param limits how long it may ring and talk; null for a call of another process
   */
  constructor(identity: string, since: Instant, limits: { ringTimeoutMs: number; maxDurationMs: number } | null) {
    this.identity = identity;
    this.#startedTime = since;
    this.isOurs = limits !== null;
    this.#ringTimeoutMs = limits?.ringTimeoutMs ?? null;
    this.#longestMs = limits === null ? LONGEST_MS : limits.ringTimeoutMs + limits.maxDurationMs;
  }

  get isAnswered(): boolean {
    return this.#answered !== null;
  }

  get isOver(): boolean {
    return this.#end !== null;
  }

  /** Whether its platform has said anything of it, by itself or asked for. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** By when it has rung for as long as it may, in milliseconds since the epoch. */
  get rungOutAt(): number {
    return Date.parse(this.#startedTime) + (this.#ringTimeoutMs ?? LONGEST_MS);
  }

  /** By when it must have ended, in milliseconds since the epoch. */
  get overdueAt(): number {
    return Date.parse(this.#startedTime) + this.#longestMs;
  }

  /** What has happened to it, in order. */
  get steps(): Progress[] {
    const steps: Progress[] = [];
    if (this.#ringing !== null) steps.push({ step: 'ringing', time: this.#ringing });
    if (this.#answered !== null) steps.push({ step: 'answered', time: this.#answered });
    if (this.#end !== null) steps.push({ step: 'ended', end: this.#end });
    return steps;
  }

  get found(): Found {
    if (this.#end !== null) return { state: 'ended', end: this.#end };
    return { state: 'live', startedTime: this.#startedTime, answeredTime: this.#answered };
  }

  /** Takes what the platform says. Of what it says twice, and of what it says after the end, nothing counts. */
  tell(report: Report): void {
    if (this.isOver) return;
    this.#isKnown = true;
    this.id ??= report.id;
    if (!this.isOurs) this.#startedTime = report.startedTime ?? this.#startedTime;
    const now = toInstant(Date.now());
    if (report.status === 'ringing') this.#ringing ??= this.#notBefore(report.ringingTime ?? now);
    const answered = report.answeredTime ?? (report.status === 'answered' ? now : null);
    if (answered !== null) this.#answered ??= this.#notBefore(answered);
    if (report.status !== 'ended') return this.wake();
    this.#finish({
      endedTime: report.endedTime ?? now,
      disposition: report.disposition ?? 'failed',
      providerCode: report.code,
      recordId: report.recordId ?? this.id,
      transcription: report.transcription,
      errorMessage: report.message,
      ...(report.postCallAnalysis == null ? {} : { postCallAnalysis: report.postCallAnalysis }),
    });
  }

  /** Ends it without the platform having said so: `answered` where somebody had, whatever came then. @param message for people */
  end(disposition: Disposition, message: string, code: string | null = null): void {
    if (this.isOver) return;
    this.#finish({
      endedTime: toInstant(Date.now()),
      // Who has been reached is not to be called again because nobody heard how it went on.
      disposition: this.isAnswered ? 'answered' : disposition,
      providerCode: code,
      recordId: this.id,
      transcription: null,
      errorMessage: message,
    });
  }

  /** Resolves when something has changed, after `ms` milliseconds, and when `signal` aborts. */
  async news(signal: AbortSignal, ms = Infinity): Promise<void> {
    await this.#pause.take(ms, signal);
  }

  /** Has all that wait look again. */
  wake(): void {
    this.#pause.interrupt();
  }

  #finish(end: Omit<AttemptEnd, 'startedTime' | 'answeredTime'>): void {
    const answeredTime = this.#answered;
    const endedTime = [end.endedTime, answeredTime ?? this.#startedTime].sort().at(-1) ?? end.endedTime;
    this.#end = { startedTime: this.#startedTime, answeredTime, ...end, endedTime };
    this.wake();
  }

  /** Clocks differ: nothing happened before it was dialed, as far as that is known. */
  #notBefore(time: Instant): Instant {
    if (time >= this.#startedTime) return time;
    if (!this.isOurs) this.#startedTime = time;
    return this.#startedTime;
  }
}
