import type { Logger } from 'pino';
import type { DialerEvent, DialerEventName } from '../../contract/dialer-event.ts';
import type { AttemptEnd } from '../../contract/placement.ts';
import { toInstant } from '../../domain/instant.ts';
import type { Found, Progress } from '../dialer.ts';
import { Pause } from '../pause.ts';
import type { ProviderEvents } from '../provider-events.ts';
import { type Callback, callbackOf } from './callback.ts';
import type { TwilioCall, TwilioClient } from './client.ts';
import { type End, isFinal, verdictOf } from './ends.ts';
import { TwilioError } from './failure.ts';
import { hangUpCall } from './hang-up.ts';
import { uncertainEnd } from './no-call.ts';
import type { Search } from './search.ts';
import type { TwilioTimes } from './times.ts';

export interface AttemptDeps {
  readonly client: TwilioClient;
  readonly events: ProviderEvents;
  readonly times: TwilioTimes;
  readonly log: Logger;
}

/** What is known of an attempt when it is first followed. */
export interface KnownAttempt {
  readonly identity: string;
  /** Epoch milliseconds; null where only Twilio knows. */
  readonly startedAt: number | null;
  /** Its call; or the search for it, where nobody knows whether there is one; or how it ended. */
  readonly is:
    { readonly sid: string } | { readonly sought: Search; readonly ifNone: AttemptEnd } | { readonly end: AttemptEnd };
  /** Whether Twilio tells of it. */
  readonly isTold: boolean;
  /** How long it may ring and talk, in milliseconds. @default LONGEST_MS */
  readonly longestMs?: number;
}

/** Twilio lets no call ring for more than ten minutes, nor last for more than a day: in milliseconds. */
const LONGEST_MS = (24 * 60 + 10) * 60_000;

/** The longest pause between two tries to ask Twilio, in milliseconds. */
const LONGEST_PAUSE_MS = 5_000;

/** So many times in a row it may not know a call that it has made: some minutes. */
const MOST_MISSES = 60;

/** An attempt that is, or may be, at Twilio: followed by looking at its call, and by what status callbacks tell. */
export class TwilioAttempt {
  readonly identity: string;
  readonly #deps: AttemptDeps;
  readonly #isTold: boolean;
  readonly #longestMs: number;
  readonly #sought: { readonly search: Search; readonly ifNone: AttemptEnd } | null;
  readonly #heard = new Map<DialerEventName, DialerEvent>();
  readonly #pause = new Pause();
  #startedAt: number | null;
  #sid: string | null;
  #end: AttemptEnd | null;
  #status = 'queued';
  #hasRung = false;
  #answeredAt: number | null = null;
  #answeredBy: string | null = null;
  #isUnwanted = false;
  #misses = 0;
  #followers = 0;
  #stopListening: (() => void) | null = null;

  constructor({ identity, startedAt, is, isTold, longestMs = LONGEST_MS }: KnownAttempt, deps: AttemptDeps) {
    this.identity = identity;
    this.#startedAt = startedAt;
    this.#deps = deps;
    this.#isTold = isTold;
    this.#longestMs = longestMs;
    this.#sid = 'sid' in is ? is.sid : null;
    this.#end = 'end' in is ? is.end : null;
    this.#sought = 'sought' in is ? { search: is.sought, ifNone: is.ifNone } : null;
    this.listen();
  }

  /** Whether it is known what has become of the request: there is a call, or there is none. */
  get isDecided(): boolean {
    return this.#sid !== null || this.#end !== null;
  }

  /** What was told before anybody listened here. */
  remember(events: readonly DialerEvent[]): void {
    for (const event of events) this.#hear(event);
  }

  /** Hears of its callbacks from now on, until {@link deafen}. */
  listen(): void {
    this.#stopListening ??= this.#deps.events.on(this.identity, (event) => this.#hear(event));
  }

  deafen(): void {
    this.#stopListening?.();
    this.#stopListening = null;
  }

  /** How it stands. @throws when Twilio cannot be asked */
  async standing(signal: AbortSignal): Promise<Found> {
    try {
      await this.#look(signal);
    } catch (error) {
      if (this.#sid === null || !isNotFound(error)) throw error;
      // Its record was deleted, or its trunk has moved to another account: what was told is all that anybody knows.
      if (!this.#hearEnd()) return { state: 'unknown' };
    }
    if (this.#end !== null) return { state: 'ended', end: this.#end };
    const answeredTime = this.#answeredAt === null ? null : toInstant(this.#answeredAt);
    return { state: 'live', startedTime: toInstant(this.#startedAt ?? Date.now()), answeredTime };
  }

  /** Tells its steps from where it stands, as {@link Dialer.follow}. */
  async *follow(signal: AbortSignal): AsyncGenerator<Progress, void, undefined> {
    this.#followers += 1;
    this.listen();
    let told: Progress['step'] | null = null;
    let isFirst = true;
    let failures = 0;
    try {
      while (!signal.aborted) {
        const news = this.#pause.news;
        const isSeen = await this.#tryToLook(signal, failures === 0);
        failures = isSeen ? 0 : failures + 1;
        if (isSeen) {
          if (told === null && this.#status === 'ringing') {
            told = 'ringing';
            yield { step: 'ringing', time: toInstant(Date.now()) };
          }
          const isOverAtOnce = isFirst && this.#end !== null;
          if (this.#answeredAt !== null && told !== 'answered' && !isOverAtOnce) {
            told = 'answered';
            yield { step: 'answered', time: toInstant(this.#answeredAt) };
          }
          if (this.#end !== null) return yield { step: 'ended', end: this.#end };
          isFirst = false;
        }
        await this.#pause.take(this.#untilNextLook(failures), signal, news);
      }
    } finally {
      this.#followers -= 1;
      if (this.#followers === 0) this.deafen();
    }
  }

  /** Ends it, however far it is. @throws when Twilio cannot be asked, or has not said yet whether there is a call */
  async hangUp(signal: AbortSignal): Promise<void> {
    this.#isUnwanted = true;
    if (!this.isDecided) await this.#look(signal);
    if (this.#end !== null) return;
    if (this.#sid === null) throw new Error('Twilio has not said yet whether there is a call to hang up');
    await hangUpCall(this.#deps.client, this.#sid);
    this.#pause.interrupt();
  }

  #untilNextLook(failures: number): number {
    const { ringingMs, talkingMs } = this.#deps.times;
    if (failures > 0) return Math.min(LONGEST_PAUSE_MS, ringingMs * 2 ** Math.min(failures - 1, 10));
    return this.#answeredAt === null ? ringingMs : talkingMs;
  }

  #hear(event: DialerEvent): void {
    if (this.#heard.has(event.name)) return;
    this.#heard.set(event.name, event);
    this.#answeredBy ??= callbackOf(event).answeredBy;
    this.#pause.interrupt();
  }

  async #tryToLook(signal: AbortSignal, isFirstFailure: boolean): Promise<boolean> {
    try {
      await this.#look(signal);
      this.#misses = 0;
      return true;
    } catch (error) {
      const { identity } = this;
      if (isFirstFailure && !signal.aborted) {
        this.#deps.log.warn({ err: error, identity }, 'cannot see how a call at Twilio stands: asks again');
      }
      if (isNotFound(error)) this.#misses += 1;
      if (this.#misses >= MOST_MISSES) this.#giveUp('Twilio does not know the call any more');
      if (this.#isOverdue) {
        await this.hangUp(signal).catch(() => undefined);
        this.#giveUp('The call must be over, and Twilio could not be asked how it ended');
      }
      return this.#end !== null;
    }
  }

  get #isOverdue(): boolean {
    return this.#startedAt !== null && Date.now() > this.#startedAt + this.#longestMs + this.#deps.times.overdueMs;
  }

  /** Nobody can tell its end any more. Where somebody had answered it was answered, whatever came then. */
  #giveUp(errorMessage: string): void {
    const unseen = uncertainEnd(this.#startedAt ?? Date.now(), this.#sid, errorMessage);
    const answeredTime = this.#answeredAt === null ? null : toInstant(this.#answeredAt);
    this.#end ??= answeredTime === null ? unseen : { ...unseen, disposition: 'answered', answeredTime };
  }

  async #look(signal: AbortSignal): Promise<void> {
    if (this.#end === null && this.#sid === null) await this.#seek();
    if (this.#end !== null || this.#sid === null) return;
    if (this.#startedAt !== null && this.#hearEnd()) return;
    const call = await this.#deps.client.fetch(this.#sid);
    this.#startedAt ??= call.createdAt;
    // What is heard while Twilio answers says more.
    if (this.#hearEnd()) return;
    this.#status = call.status;
    this.#hasRung ||= call.status === 'ringing';
    this.#answeredBy ??= call.answeredBy;
    if (call.status === 'in-progress') {
      this.#answeredAt ??= Math.max(this.#startedAt, this.#whenAnswered());
      if (this.#isUnwanted) await hangUpCall(this.#deps.client, call.sid);
    }
    if (isFinal(call.status)) await this.#endWith(call, signal);
  }

  async #seek(): Promise<void> {
    if (this.#sought === null) return;
    const sought = await this.#sought.search.look();
    if (sought.kind === 'found') this.#sid = sought.sid;
    if (sought.kind === 'none') this.#end = this.#sought.ifNone;
    if (sought.kind === 'unclear') {
      this.#end = uncertainEnd(
        this.#startedAt ?? Date.now(),
        null,
        'Twilio has not answered, and several of its calls could be this one',
      );
    }
    if (sought.kind === 'found' && this.#isUnwanted) await hangUpCall(this.#deps.client, sought.sid);
  }

  /** The call's own end says less than its callback, which comes a moment later. */
  async #endWith(call: TwilioCall, signal: AbortSignal): Promise<void> {
    if (this.#isTold && ['failed', 'busy', 'no-answer'].includes(call.status)) {
      if (await this.#hearLastWord(signal)) return;
      if (signal.aborted) return;
    }
    const { status, endedAt, durationMs } = call;
    this.#conclude({ status, sipCode: null, errorCode: null, endedAt: endedAt ?? Date.now(), durationMs });
  }

  async #hearLastWord(signal: AbortSignal): Promise<boolean> {
    const until = Date.now() + this.#deps.times.lastWordMs;
    while (!this.#hearEnd()) {
      const left = until - Date.now();
      if (left <= 0 || signal.aborted) return false;
      await this.#pause.take(left, signal);
    }
    return true;
  }

  #hearEnd(): boolean {
    const event = this.#heard.get('ended');
    if (event === undefined) return false;
    this.#startedAt ??= Math.min(...[...this.#heard.values()].map(({ time }) => Date.parse(time)));
    const { status, ...told }: Callback = callbackOf(event);
    this.#conclude({ ...told, status: status ?? 'completed', endedAt: Date.parse(event.time) });
    return true;
  }

  #whenAnswered(): number {
    const event = this.#heard.get('answered');
    // That of the detection comes seconds after the answer.
    return event === undefined || callbackOf(event).status === null ? Date.now() : Date.parse(event.time);
  }

  #conclude(how: Pick<End, 'status' | 'sipCode' | 'errorCode'> & { endedAt: number; durationMs: number | null }): void {
    // Somebody has talked: whatever it is called, it was answered.
    const status = this.#answeredAt === null ? how.status : 'completed';
    const { sipCode, errorCode } = how;
    const seen = { answeredBy: this.#answeredBy, hasRung: this.#hasRung };
    const { disposition, errorMessage } = verdictOf({ status, sipCode, errorCode, ...seen });
    const startedAt = this.#startedAt ?? how.endedAt;
    // Clocks differ, and Twilio's show full seconds: no call ends before it began.
    const endedAt = Math.max(how.endedAt, startedAt, this.#answeredAt ?? 0);
    if (status === 'completed') this.#answeredAt ??= Math.max(startedAt, endedAt - (how.durationMs ?? 0));
    // What was answered was answered with 200 (OK), whoever says so.
    const code = sipCode ?? errorCode ?? (status === 'completed' ? 200 : null);
    this.#status = status;
    this.#end = {
      startedTime: toInstant(startedAt),
      answeredTime: this.#answeredAt === null ? null : toInstant(this.#answeredAt),
      endedTime: toInstant(endedAt),
      disposition,
      providerCode: code === null ? null : String(code),
      recordId: this.#sid,
      transcription: null,
      errorMessage,
    };
  }
}

const isNotFound = (error: unknown): boolean =>
  error instanceof TwilioError && error.failure.kind === 'answered' && error.failure.status === 404;
