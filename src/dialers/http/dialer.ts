import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { HttpDialerConfig } from '../../config/types.ts';
import type { Instant } from '../../contract/call.ts';
import type { AttemptAddress } from '../../contract/dialer-event.ts';
import type { TrunkRef } from '../../contract/trunk.ts';
import { toInstant } from '../../domain/instant.ts';
import {
  alwaysSure,
  type AttemptRef,
  type Confirm,
  type Dialer,
  type DialRequest,
  type Found,
  type Progress,
  ProviderUnavailable,
} from '../dialer.ts';
import type { ProviderEvents } from '../provider-events.ts';
import type { Placement } from './answer.ts';
import { bodyOf } from './body.ts';
import { HttpCall } from './call.ts';
import { Platform, type Status } from './platform.ts';
import { lacksAnswer, type Report, reportOf, reportsOf } from './report.ts';
import { PATIENCE, type Patience, watch } from './watch.ts';

export interface HttpDialerOptions {
  readonly trunk: TrunkRef;
  readonly config: HttpDialerConfig;
  readonly events: ProviderEvents;
  /** Where the platform is to tell of an attempt: its last part is the attempt's token. */
  readonly callbackUrl: (attempt: AttemptAddress) => Promise<string>;
  readonly log: Logger;
  /** How long the platform has to answer, in milliseconds. @default 10 s */
  readonly timeoutMs?: number;
  /** @default PATIENCE */
  readonly patience?: Patience;
}

/** For so long a platform remembers a call, by docs/http-dialer.md: an attempt that no workflow knows the time of is a week old. */
const REMEMBERED_MS = 8 * 24 * 60 * 60_000;

const STEPS: readonly Progress['step'][] = ['ringing', 'answered', 'ended'];

/** Dials through a voice platform that speaks docs/http-dialer.md. */
export class HttpDialer implements Dialer {
  readonly #options: HttpDialerOptions;
  readonly #platform: Platform;
  /**
   * Those that it has placed or found, until their end was told. One that another process took over stays, which is little
   * and seldom.
   */
  readonly #calls = new Map<string, HttpCall>();
  /** Those that the platform has said it does not dial, until they are placed again: most are, soon. */
  readonly #heldBack = new Map<string, HttpCall>();
  readonly #listening = new Map<string, () => void>();
  readonly #watching = new Map<string, AbortController>();
  readonly #following = new Set<AbortController>();
  readonly #closed = new AbortController();

  constructor(options: HttpDialerOptions) {
    this.#options = options;
    this.#platform = new Platform(options.config, options.timeoutMs);
  }

  async place(request: DialRequest, confirm: Confirm = alwaysSure): Promise<void> {
    const { identity } = request;
    if (await this.#hasTurnedUp(identity)) return;
    const callback = await this.#options.callbackUrl({ ...this.#options.trunk, identity });
    await confirm();
    const call = new HttpCall(identity, toInstant(Date.now()), request);
    // Before it is asked: it may tell before it answers.
    this.#add(call);
    const placement = await this.#platform.place(identity, bodyOf(request, this.#options.trunk.orgId, callback));
    this.#heed(call, placement);
  }

  /**
   * Whether a call was told of that the platform had said it does not dial: then it is followed, and not posted again, since
   * what was told would count for what is dialed now. Of any other call nothing is read, which Temporal is spared.
   */
  async #hasTurnedUp(identity: string): Promise<boolean> {
    const call = this.#heldBack.get(identity);
    if (call === undefined) return false;
    this.#heldBack.delete(identity);
    this.#add(call);
    try {
      return (await this.#told(call)).isKnown;
    } finally {
      if (!call.isKnown) this.#drop(call);
    }
  }

  #heed(call: HttpCall, placement: Placement): void {
    const { identity } = call;
    const { log } = this.#options;
    switch (placement.kind) {
      case 'taken':
        call.id ??= placement.id;
        return;
      case 'refused':
        return call.end(placement.disposition, placement.message, placement.code);
      case 'unavailable':
        // A gateway may have given up on a platform that dials, and says so by itself.
        if (call.isKnown) return;
        this.#drop(call);
        this.#heldBack.set(identity, call);
        throw new ProviderUnavailable(`The voice platform cannot be asked: ${placement.why}`);
      case 'unsure':
        log.warn(
          { identity },
          `the voice platform did not say whether it dials (${placement.why}): looks for the call`,
        );
        call.doubt = placement;
    }
  }

  async *follow(identity: string, signal: AbortSignal): AsyncGenerator<Progress, void, undefined> {
    const call = this.#calls.get(identity) ?? (await this.#recall(identity));
    const leaving = this.#join(call);
    const leave = (): void => leaving.abort();
    if (signal.aborted || this.#isClosed) leave();
    else signal.addEventListener('abort', leave);
    try {
      // First where it stands, then all that comes after that.
      let news = call.steps.slice(-1);
      let told = -1;
      while (!leaving.signal.aborted) {
        for (const progress of news) {
          if (leaving.signal.aborted) return;
          told = STEPS.indexOf(progress.step);
          yield progress;
          if (progress.step === 'ended') return;
        }
        news = call.steps.filter(({ step }) => STEPS.indexOf(step) > told);
        if (news.length === 0) await call.news(leaving.signal);
        news = call.steps.filter(({ step }) => STEPS.indexOf(step) > told);
      }
    } finally {
      signal.removeEventListener('abort', leave);
      this.#leave(call, leaving);
    }
  }

  async find({ identity, since }: AttemptRef): Promise<Found> {
    const { call, status } = await this.#look(identity, since);
    const found = await this.#verdict(call, status, since);
    if (found.state !== 'live') this.#dropIfForeign(call);
    return found;
  }

  async #verdict(call: HttpCall, status: Status | null, since: Instant): Promise<Found> {
    if (status === null || status.kind === 'told') return call.found;
    const isTaken = call.isKnown || (call.isOurs && call.doubt === null);
    if (status.kind === 'mute') return isTaken ? call.found : { state: 'unknown' };
    // It knows nothing of what it was told to have, or may have been told; or it may have forgotten it.
    if (isTaken || call.isOurs || Date.parse(since) < Date.now() - REMEMBERED_MS) return { state: 'unknown' };
    await sleep(this.#patience.underwayMs, undefined, { signal: this.#closed.signal });
    const again = await this.#ask(call);
    if (again === null || again.kind === 'told') return call.found;
    return again.kind === 'absent' && !call.isKnown ? { state: 'never-placed' } : { state: 'unknown' };
  }

  /** It has no list of its calls. */
  live(): Promise<null> {
    return Promise.resolve(null);
  }

  async hangUp(identity: string): Promise<void> {
    const call = this.#calls.get(identity) ?? (await this.#told(new HttpCall(identity, toInstant(Date.now()), null)));
    if (call.isOver) return;
    call.isMissed = !(await this.#platform.hangUp({ identity, id: call.id }));
    call.isHungUp = true;
    call.wake();
  }

  describe(): string {
    return `voice platform at ${this.#platform.origin}`;
  }

  close(): void {
    this.#closed.abort(new Error('The dialer is closed'));
    for (const leaving of [...this.#following]) leaving.abort();
    for (const call of [...this.#calls.values()]) this.#drop(call);
  }

  get #patience(): Patience {
    return this.#options.patience ?? PATIENCE;
  }

  get #isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  /** What is told of a call that this process may not know yet; its status is null where that need not be asked for. */
  async #look(identity: string, since: Instant): Promise<{ call: HttpCall; status: Status | null }> {
    const call = this.#calls.get(identity) ?? new HttpCall(identity, since, null);
    // Before it is read what was told: nothing is missed between.
    this.#add(call);
    try {
      return { call, status: await this.#ask(call) };
    } catch (error) {
      this.#dropIfForeign(call);
      throw error;
    }
  }

  async #ask(call: HttpCall): Promise<Status | null> {
    await this.#told(call);
    if (call.isOver) return null;
    const status = await this.#platform.status(call);
    if (status.kind === 'told') call.tell(status.report);
    return call.isOver ? null : status;
  }

  /** The call with all that its platform has told of it by itself, here or to an earlier host. */
  async #told(call: HttpCall): Promise<HttpCall> {
    const reports = reportsOf(await this.#options.events.of(call.identity));
    if (reports.length > 0) call.isTold = true;
    for (const report of reports) call.tell(report);
    return call;
  }

  /** A call that another dialer of this process has placed, or another process. @throws Error when nobody knows it */
  async #recall(identity: string): Promise<HttpCall> {
    const { call } = await this.#look(identity, toInstant(Date.now()));
    if (call.isKnown) return call;
    this.#drop(call);
    throw new Error(`Expected a call that was placed, got \`${identity}\``);
  }

  /** Knows a call from now on, and hears what is told of it. */
  #add(call: HttpCall): void {
    const { identity } = call;
    if (this.#calls.get(identity) === call || this.#isClosed) return;
    this.#calls.set(identity, call);
    const stop = this.#options.events.on(identity, (event) => {
      call.isTold = true;
      void this.#hear(call, reportOf(event));
    });
    this.#listening.set(identity, stop);
  }

  /** An end may overtake the answer. */
  async #hear(call: HttpCall, report: Report): Promise<void> {
    const until = Date.now() + this.#patience.lateMs;
    const isEarly = (): boolean => lacksAnswer(report) && !call.isAnswered && !call.isOver && Date.now() < until;
    while (isEarly() && !this.#isClosed) await call.news(this.#closed.signal, until - Date.now());
    call.tell(report);
  }

  /** What was only asked about is not kept. */
  #dropIfForeign(call: HttpCall): void {
    if (!call.isOurs && call.followers === 0) this.#drop(call);
  }

  #drop({ identity }: HttpCall): void {
    this.#listening.get(identity)?.();
    this.#listening.delete(identity);
    this.#calls.delete(identity);
  }

  /** One more follows the call: somebody has to find out how it goes on. */
  #join(call: HttpCall): AbortController {
    const leaving = new AbortController();
    this.#following.add(leaving);
    call.followers += 1;
    if (call.followers === 1) this.#watch(call);
    return leaving;
  }

  #leave(call: HttpCall, leaving: AbortController): void {
    leaving.abort();
    this.#following.delete(leaving);
    call.followers -= 1;
    if (call.followers > 0) return;
    this.#watching.get(call.identity)?.abort();
    this.#watching.delete(call.identity);
    if (call.isOver) this.#drop(call);
  }

  #watch(call: HttpCall): void {
    const stopped = new AbortController();
    this.#watching.set(call.identity, stopped);
    const { events, log } = this.#options;
    void watch(call, { platform: this.#platform, events, log, patience: this.#patience }, stopped.signal);
  }
}
