import type { Logger } from 'pino';
import { toInstant } from '../../domain/instant.ts';
import type { ProviderEvents } from '../provider-events.ts';
import type { HttpCall } from './call.ts';
import type { Platform, Status } from './platform.ts';
import { reportsOf } from './report.ts';

/** How patient the dialer is with a platform, in milliseconds. */
export interface Patience {
  /** How often a call is asked for that nobody has answered: its deadline hangs on that. */
  readonly ringingMs: number;
  /** And one that somebody has. */
  readonly talkingMs: number;
  /** And one of which the platform tells by itself, or cannot be asked: what it told may have been lost. */
  readonly toldMs: number;
  /** For so long a platform may say that it has never heard of a call that was posted to it. */
  readonly absentMs: number;
  /** What a process has sent that has died since arrives within this. */
  readonly underwayMs: number;
  /** For so long the end of a call that somebody answered waits for the event that says when, which it may have overtaken. */
  readonly lateMs: number;
  /** How much longer than it may a call lasts before nobody waits for its end. */
  readonly slackMs: number;
  /** For so long after that a call is followed that its platform says is live: a status that hangs keeps no line for ever. */
  readonly stuckMs: number;
}

export const PATIENCE: Patience = {
  ringingMs: 1_000,
  talkingMs: 3_000,
  toldMs: 30_000,
  absentMs: 30_000,
  underwayMs: 3_000,
  lateMs: 2_000,
  slackMs: 60_000,
  stuckMs: 600_000,
};

/** A platform that does not answer is asked less often each time, up to this, in milliseconds. */
const LONGEST_PAUSE_MS = 10_000;

export interface WatchDeps {
  readonly platform: Platform;
  readonly events: ProviderEvents;
  readonly log: Logger;
  readonly patience: Patience;
}

/** Finds out how a call goes on where its platform does not tell, until it is over or `signal` aborts. */
export async function watch(call: HttpCall, deps: WatchDeps, signal: AbortSignal): Promise<void> {
  const watched = new Watched(call, deps);
  let looked = Date.now();
  while (!signal.aborted && !call.isOver) {
    const rest = looked + watched.pauseMs - Date.now();
    if (rest > 0) {
      await call.news(signal, rest);
      continue;
    }
    await watched.look();
    looked = Date.now();
  }
}

class Watched {
  readonly #call: HttpCall;
  readonly #deps: WatchDeps;
  /** How often in a row it did not answer. */
  #failures = 0;
  /** Since when it says that it has never heard of the call, in milliseconds since the epoch. */
  #absentSince: number | null = null;

  constructor(call: HttpCall, deps: WatchDeps) {
    this.#call = call;
    this.#deps = deps;
  }

  /** How long it waits between two looks. */
  get pauseMs(): number {
    const { ringingMs, talkingMs, toldMs, slackMs } = this.#deps.patience;
    const call = this.#call;
    if (this.#isToStop) return ringingMs;
    if (this.#failures > 0) return Math.min(LONGEST_PAUSE_MS, ringingMs * 2 ** this.#failures);
    if (!this.#deps.platform.tellsStatus(call)) return Math.min(toldMs, slackMs);
    if (call.isHungUp) return ringingMs;
    if (call.isTold) return toldMs;
    return call.isAnswered ? talkingMs : ringingMs;
  }

  /** Sees how it stands, and ends what is to end, whether it can be seen or not. */
  async look(): Promise<void> {
    const call = this.#call;
    const seen = await this.#see();
    if (!call.isOver && Date.now() > call.overdueAt + this.#deps.patience.slackMs) await this.#overdue(seen);
    if (this.#isToStop) call.isMissed = !(await this.#hangUp());
  }

  /** It was to be stopped before the platform knew it. Who has answered meanwhile is not hung up on. */
  get #isToStop(): boolean {
    const { isMissed, isKnown, isAnswered, isOver } = this.#call;
    return isMissed && isKnown && !isAnswered && !isOver;
  }

  /** What its platform has said; null where there was no answer. */
  async #see(): Promise<Status['kind'] | null> {
    try {
      const seen = await this.#ask();
      this.#failures = 0;
      return seen;
    } catch (error) {
      this.#failures += 1;
      const { log } = this.#deps;
      if (this.#failures === 1)
        log.warn({ err: error, identity: this.#call.identity }, 'cannot see how a call stands yet');
      return null;
    }
  }

  async #ask(): Promise<Status['kind']> {
    const { platform, events, patience } = this.#deps;
    const call = this.#call;
    const status = await platform.status(call);
    if (status.kind === 'told') {
      this.#absentSince = null;
      call.doubt = null;
      call.tell(status.report);
    } else {
      for (const report of reportsOf(await events.of(call.identity))) call.tell(report);
      if (status.kind === 'absent') this.#isAbsent();
      else if (call.doubt !== null && !call.isKnown && Date.now() > call.rungOutAt + patience.slackMs) {
        call.end('uncertain', doubtful(call.doubt.why));
      }
    }
    return status.kind;
  }

  /** A platform that took a call has forgotten it; one that did not say so may yet come to know it. */
  #isAbsent(): void {
    const call = this.#call;
    this.#absentSince ??= Date.now();
    if (Date.now() - this.#absentSince < this.#deps.patience.absentMs) return;
    if (call.doubt === null || call.isKnown) {
      return call.end('uncertain', 'The voice platform no longer knows the call');
    }
    if (call.doubt.isGateway) {
      const message =
        'The gateway in front of the voice platform could not reach it, and it has never heard of the call';
      return call.end('carrier-rejected', message, '502');
    }
    call.end('uncertain', doubtful(call.doubt.why));
  }

  /** It has lasted for longer than it may: nobody is to talk on a call that nobody waits for. */
  async #overdue(seen: Status['kind'] | null): Promise<void> {
    await this.#hangUp();
    const call = this.#call;
    const { slackMs, stuckMs } = this.#deps.patience;
    // What is live, or may be seen to be once there is an answer again, is followed to its end, for a while.
    const mayEnd = seen === 'told' || seen === null;
    if (mayEnd && Date.now() <= call.overdueAt + slackMs + stuckMs) return;
    call.end('uncertain', `The voice platform has not told the end of the call by ${toInstant(Date.now())}`);
  }

  /** @returns whether its platform does; false where it has nothing to, or cannot be told */
  async #hangUp(): Promise<boolean> {
    const { platform, log } = this.#deps;
    try {
      return await platform.hangUp(this.#call);
    } catch (error) {
      log.warn({ err: error, identity: this.#call.identity }, 'cannot hang up a call that is to end');
      return false;
    }
  }
}

const doubtful = (why: string): string =>
  `The voice platform did not say whether it dials (${why}), and the call has not turned up`;
