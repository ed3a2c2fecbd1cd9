import { setTimeout as sleep } from 'node:timers/promises';
import type { CallListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/call.js';
import type { Logger } from 'pino';
import type { TwilioConfig } from '../../config/schema.ts';
import type { AttemptAddress } from '../../contract/dialer-event.ts';
import type { AttemptEnd } from '../../contract/placement.ts';
import type { TrunkRef } from '../../contract/trunk.ts';
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
import { type KnownAttempt, TwilioAttempt } from './attempt.ts';
import { sidIn } from './callback.ts';
import { callbacksFor, canBeTold } from './callbacks-for.ts';
import { Claims } from './claims.ts';
import { TwilioClient } from './client.ts';
import { TwilioError } from './failure.ts';
import { hangUpCall } from './hang-up.ts';
import { instructionsFor } from './instructions.ts';
import { uncertainEnd, unplacedEnd } from './no-call.ts';
import { isMostLikelyRefused, isOpen, isOfTrunk, refusalOf } from './refusals.ts';
import { Search, type SoughtAttempt } from './search.ts';
import { TIMES, type TwilioTimes } from './times.ts';

export interface TwilioDialerDeps {
  readonly trunk: TrunkRef;
  readonly config: TwilioConfig;
  readonly events: ProviderEvents;
  readonly callbackUrl: (attempt: AttemptAddress) => Promise<string>;
  readonly log: Logger;
  /** For tests, which do not wait that long. */
  readonly times?: TwilioTimes;
}

/** Calls placed through Twilio's REST API: https://www.twilio.com/docs/voice/api/call-resource. */
export class TwilioDialer implements Dialer {
  readonly #deps: TwilioDialerDeps;
  readonly #times: TwilioTimes;
  readonly #client: TwilioClient;
  readonly #claims = new Claims();
  readonly #attempts = new Map<string, TwilioAttempt>();
  readonly #closed = new AbortController();

  constructor(deps: TwilioDialerDeps) {
    this.#deps = deps;
    this.#times = deps.times ?? TIMES;
    this.#client = new TwilioClient(deps.config);
  }

  async place(request: DialRequest, confirm: Confirm = alwaysSure): Promise<void> {
    const { identity, endpoint, callerId, ringTimeoutMs, maxDurationMs } = request;
    const instructions = instructionsFor(request, this.#deps.config.connect);
    if (!instructions.ok) return this.#refuse(identity, null, instructions.says);
    if (callerId === null) return this.#refuse(identity, null, 'it takes no call without a caller ID: see `callerId`');
    const callback = await this.#callbackUrl(identity);
    await confirm();
    const startedAt = Date.now();
    const known = { identity, startedAt, isTold: callback !== null, longestMs: ringTimeoutMs + maxDurationMs };
    try {
      const call = await this.#client.create({
        to: endpoint,
        from: callerId,
        twiml: instructions.twiml,
        ...limitsOf(request),
        ...(callback === null ? {} : callbacksFor(callback, this.#deps.config)),
        ...(this.#deps.config.machineDetection ? { machineDetection: 'Enable', asyncAmd: 'true' } : {}),
      });
      this.#claims.set(call.sid, identity);
      this.#add({ ...known, is: { sid: call.sid } });
    } catch (error) {
      if (!(error instanceof TwilioError)) throw error;
      const sought = { identity, endpoint, callerId, since: startedAt, isEager: true };
      this.#notPlaced(error, sought, known);
    }
  }

  async *follow(identity: string, signal: AbortSignal): AsyncGenerator<Progress, void, undefined> {
    const attempt = this.#attempts.get(identity);
    if (attempt === undefined) throw new Error(`Expected a call that was placed, got \`${identity}\``);
    for await (const step of attempt.follow(AbortSignal.any([signal, this.#closed.signal]))) {
      // Who asks for it from now on is told by Twilio again.
      if (step.step === 'ended') this.#attempts.delete(identity);
      yield step;
    }
  }

  async find(ref: AttemptRef): Promise<Found> {
    const { signal } = this.#closed;
    const known = this.#attempts.get(ref.identity);
    if (known !== undefined) {
      let found = await known.standing(signal);
      for (; !known.isDecided; found = await known.standing(signal))
        await sleep(this.#times.lookMs, undefined, { signal });
      return found;
    }
    const sought: SoughtAttempt = { ...ref, since: Date.parse(ref.since), isEager: false };
    const search = this.#search(sought);
    for (;;) {
      const result = await search.look();
      if (result.kind === 'none') return { state: 'never-placed' };
      if (result.kind === 'unclear') return { state: 'unknown' };
      if (result.kind === 'found') return await this.#found(ref.identity, result.sid);
      await sleep(this.#times.lookMs, undefined, { signal });
    }
  }

  /** An account's calls do not say which trunk they are of. */
  live(): Promise<null> {
    return Promise.resolve(null);
  }

  async hangUp(identity: string): Promise<void> {
    const attempt = this.#attempts.get(identity);
    if (attempt !== undefined) return await attempt.hangUp(this.#closed.signal);
    const sid = this.#claims.sidOf(identity) ?? sidIn(await this.#deps.events.of(identity));
    if (sid !== null) await hangUpCall(this.#client, sid);
  }

  describe(): string {
    const { accountSid, region } = this.#deps.config;
    return `Twilio, account ${accountSid}${region === null ? '' : ` in ${region}`}`;
  }

  close(): void {
    this.#closed.abort();
    for (const attempt of this.#attempts.values()) attempt.deafen();
    this.#client.close();
  }

  async #found(identity: string, sid: string): Promise<Found> {
    const events = await this.#deps.events.of(identity);
    const known = { identity, startedAt: null, is: { sid }, isTold: events.length > 0 };
    const attempt = new TwilioAttempt(known, this.#attemptDeps);
    try {
      attempt.remember(events);
      const found = await attempt.standing(this.#closed.signal);
      if (found.state === 'live') this.#attempts.set(identity, attempt);
      else attempt.deafen();
      return found;
    } catch (error) {
      attempt.deafen();
      throw error;
    }
  }

  /** @throws ProviderUnavailable where nobody was asked */
  #notPlaced({ failure }: TwilioError, sought: SoughtAttempt, known: Omit<KnownAttempt, 'is'>): void {
    const { identity, since: startedAt } = sought;
    if (failure.kind === 'unreachable') throw new ProviderUnavailable('Twilio cannot be reached');
    if (failure.kind === 'answered' && !isOpen(failure.status)) {
      const refusal = refusalOf(failure.status, failure.code);
      const { disposition, says } = refusal;
      if (isOfTrunk(refusal)) throw new ProviderUnavailable(`Twilio places no call: ${says}`);
      return this.#refuse(identity, failure.code ?? failure.status, says, disposition);
    }
    const status = failure.kind === 'answered' ? failure.status : null;
    this.#deps.log.warn({ identity, status }, 'Twilio has not said whether it places a call: looks for it');
    this.#add({ ...known, is: { sought: this.#search(sought), ifNone: noneEnd(startedAt, status) } });
  }

  #refuse(
    identity: string,
    code: number | null,
    says: string,
    disposition: AttemptEnd['disposition'] = 'failed',
  ): void {
    const errorMessage = `Twilio does not place the call: ${says}${code === null ? '' : ` (${code})`}`;
    if (disposition === 'failed') this.#deps.log.warn({ identity, code }, errorMessage);
    const providerCode = code === null ? null : String(code);
    const end = unplacedEnd(Date.now(), { disposition, providerCode, errorMessage });
    this.#add({ identity, startedAt: Date.now(), is: { end }, isTold: false });
  }

  #add(known: KnownAttempt): void {
    this.#attempts.set(known.identity, new TwilioAttempt(known, this.#attemptDeps));
  }

  get #attemptDeps() {
    return { client: this.#client, events: this.#deps.events, times: this.#times, log: this.#deps.log };
  }

  #search(sought: SoughtAttempt): Search {
    const { events } = this.#deps;
    return new Search(sought, { client: this.#client, events, claims: this.#claims, times: this.#times });
  }

  /** Null where Twilio cannot reach it. */
  async #callbackUrl(identity: string): Promise<string | null> {
    const url = await this.#deps.callbackUrl({ ...this.#deps.trunk, identity });
    return canBeTold(url, this.#deps.config) ? url : null;
  }
}

/** Whole seconds; Twilio lets it ring for 600 at the most, and knows no calls of more than a day. */
function limitsOf({
  ringTimeoutMs,
  maxDurationMs,
}: DialRequest): Pick<CallListInstanceCreateOptions, 'timeout' | 'timeLimit'> {
  return { timeout: Math.ceil(ringTimeoutMs / 1_000), timeLimit: Math.ceil(maxDurationMs / 1_000) };
}

/** The end of an attempt whose call does not turn up. @param status what Twilio answered, if it did */
function noneEnd(startedAt: number, status: number | null): AttemptEnd {
  if (status === null || !isMostLikelyRefused(status)) {
    return uncertainEnd(startedAt, null, 'Twilio has not answered, and knows no such call');
  }
  const errorMessage = `Twilio was not there to place the call (${status})`;
  return unplacedEnd(startedAt, { disposition: 'carrier-rejected', providerCode: String(status), errorMessage });
}
