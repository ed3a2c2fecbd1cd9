import { decodeJwt } from 'jose';
import { DIALER_EVENTS_PATH } from '../../contract/dialer-event.ts';
import { attemptIdentity, attemptOf, callIdOf } from '../../contract/ids.ts';
import type { ProviderEvents } from '../provider-events.ts';
import { sidIn } from './callback.ts';
import type { Claims } from './claims.ts';
import type { TwilioCall, TwilioClient } from './client.ts';
import { isFinal } from './ends.ts';
import type { TwilioTimes } from './times.ts';

/** What a search has come to. */
export type Sought =
  | { readonly kind: 'found'; readonly sid: string }
  /** There is no such call, and none is to come. */
  | { readonly kind: 'none' }
  /** Several calls could be it. */
  | { readonly kind: 'unclear' }
  /** Look again. */
  | { readonly kind: 'not-yet' };

/** What is looked for. */
export interface SoughtAttempt {
  readonly identity: string;
  readonly endpoint: string;
  /** Null for one that was not placed, since Twilio takes no call without. */
  readonly callerId: string | null;
  /** Epoch milliseconds: it was not dialed before. */
  readonly since: number;
  /** Whether the first call that could be it is taken for it: by the process that has just dialed. */
  readonly isEager: boolean;
}

export interface SearchDeps {
  readonly client: Pick<TwilioClient, 'recent' | 'requests'>;
  readonly events: Pick<ProviderEvents, 'of'>;
  readonly claims: Claims;
  readonly times: TwilioTimes;
}

/** When Twilio has the requests of a call (https://www.twilio.com/docs/voice/api/call-event-resource: 15 minutes after its end). */
const REQUESTS_AFTER_MS = 20 * 60_000;

/**
 * Looks for the call of an attempt that was perhaps placed. Twilio keeps nothing of ours with a call, so this is known by
 *
 * - its status callbacks, whose address stands for the attempt, and which bear the call's SID: that settles it;
 * - else Twilio's list: calls to the same number, from the same caller ID, made since the attempt began, that are no other
 *   attempt's. One is it. Of several, nobody can say which.
 *
 * A call of another program's to that number under that caller ID, in these seconds, is taken for ours: then nobody is
 * dialed, and never somebody twice.
 */
export class Search {
  readonly #attempt: SoughtAttempt;
  readonly #deps: SearchDeps;
  readonly #began = Date.now();
  /** Calls that are known not to be it. */
  readonly #others = new Set<string>();
  #isFirst = true;

  constructor(attempt: SoughtAttempt, deps: SearchDeps) {
    this.#attempt = attempt;
    this.#deps = deps;
  }

  /** @throws when Twilio, or Temporal, cannot be asked */
  async look(): Promise<Sought> {
    const { identity, endpoint, callerId } = this.#attempt;
    const sid = this.#deps.claims.sidOf(identity) ?? sidIn(await this.#deps.events.of(identity));
    if (sid !== null) return this.#found(sid);
    if (callerId === null) return { kind: 'none' };
    if (this.#isFirst) await this.#ruleOutEarlierAttempt();
    this.#isFirst = false;

    const { calls, isCut, now } = await this.#deps.client.recent(endpoint, callerId);
    const since = this.#attempt.since - this.#deps.times.slackMs + ((now ?? Date.now()) - Date.now());
    const recent = calls.filter(({ createdAt }) => createdAt >= since);
    const candidates: TwilioCall[] = [];
    for (const call of recent) {
      const owner = await this.#ownerOf(call);
      if (owner === identity) return this.#found(call.sid);
      if (owner === null) candidates.push(call);
    }
    const [only] = candidates;
    const isSettled = this.#isSettled;
    if (only !== undefined && candidates.length === 1 && (isSettled || this.#attempt.isEager))
      return this.#found(only.sid);
    if (!isSettled) return { kind: 'not-yet' };
    return candidates.length === 0 && !(isCut && recent.length === calls.length)
      ? { kind: 'none' }
      : { kind: 'unclear' };
  }

  get #isSettled(): boolean {
    const { listedMs, apartMs } = this.#deps.times;
    return Date.now() >= Math.max(this.#attempt.since + listedMs, this.#began + apartMs);
  }

  #found(sid: string): Sought {
    this.#deps.claims.set(sid, this.#attempt.identity);
    return { kind: 'found', sid };
  }

  /** The attempt before this one may have ended seconds ago. */
  async #ruleOutEarlierAttempt(): Promise<void> {
    const { identity } = this.#attempt;
    const attempt = attemptOf(identity);
    if (!(attempt > 1)) return;
    const sid = sidIn(await this.#deps.events.of(attemptIdentity(callIdOf(identity), attempt - 1)));
    if (sid !== null) this.#others.add(sid);
  }

  /** The attempt that a call is of; `''` for one that is none of ours, null where nobody can say. */
  async #ownerOf({ sid, direction, status, endedAt }: TwilioCall): Promise<string | null> {
    if (direction !== 'outbound-api' || this.#others.has(sid)) return '';
    const claimed = this.#deps.claims.ownerOf(sid);
    if (claimed !== null) return claimed;
    if (!isFinal(status) || endedAt === null || Date.now() - endedAt < REQUESTS_AFTER_MS) return null;
    const requests = await this.#deps.client.requests(sid);
    if (requests.length === 0) return null;
    const owner = requests.map(identityIn).find((one) => one !== null) ?? '';
    if (owner !== this.#attempt.identity) this.#others.add(sid);
    return owner;
  }
}

const OUR_ADDRESS = new RegExp(`${DIALER_EVENTS_PATH}/([\\w-]+\\.[\\w-]+\\.[\\w-]+)`);

/** The attempt whose address for callbacks is in a request; null where there is none. */
function identityIn(request: string): string | null {
  const token = OUR_ADDRESS.exec(request)?.[1];
  if (token === undefined) return null;
  try {
    return decodeJwt(token).sub ?? null;
  } catch {
    return null;
  }
}
