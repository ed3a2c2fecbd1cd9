import { ApplicationFailure, type RawValue } from '@temporalio/common';
import { getExternalWorkflowHandle, setCurrentDetails, setHandler, upsertMemo } from '@temporalio/workflow';
import {
  CONTACT_ASK_AGAIN_MS,
  type ContactAnswer,
  type ContactMemo,
  type ContactRecord,
  type ContactRequest,
  type ContactWaiter,
  type CountedAttempt,
  MOST_ATTEMPTS,
  type Suppression,
} from '../contract/contact.ts';
import { callIdOf } from '../contract/ids.ts';
import {
  getContactQuery,
  releaseContactSignal,
  requestContactUpdate,
  suppressContactUpdate,
  unsuppressContactUpdate,
} from '../contract/messages.ts';
import { allowedFrom, WEEK_MS } from '../domain/contact-limits.ts';
import { toInstant } from '../domain/instant.ts';
import { readReason, readSignal } from './read-signal.ts';

/** As many calls are woken one after the other; others ask again by themselves. */
const MOST_WAITERS = 1_000;

/** What a number's handlers and its story share. */
export class ContactState {
  #lease: ContactRecord['lease'];
  #attempts: readonly CountedAttempt[];
  #suppression: Suppression | null;
  #waiters: readonly ContactWaiter[];
  /** Calls that are being woken. */
  #waking = 0;
  /** Whether anything was asked yet, of this run or of an earlier one. */
  heard: boolean;

  /** @param before what the run before has handed on; null in the first */
  constructor(before: ContactRecord | null) {
    this.heard = before !== null;
    this.#lease = before?.lease ?? null;
    this.#attempts = before?.attempts ?? [];
    this.#suppression = before?.suppression ?? null;
    this.#waiters = before?.waiters ?? [];
    setHandler(requestContactUpdate, (request) => this.#request(request), { validator: requireRequest });
    setHandler(releaseContactSignal, (raw) => this.#release(raw));
    setHandler(suppressContactUpdate, (given) => this.#suppress(given));
    setHandler(unsuppressContactUpdate, () => this.#unsuppress());
    setHandler(getContactQuery, () => this.record);
  }

  /** What counts now. */
  get record(): ContactRecord {
    const now = Date.now();
    return {
      lease: this.#lease !== null && this.#lease.until > now ? this.#lease : null,
      attempts: this.#attempts.filter(({ at }) => at > now - WEEK_MS),
      suppression: this.#suppression,
      waiters: this.#waiters.filter(({ until }) => until > now),
    };
  }

  get suppressed(): boolean {
    return this.#suppression !== null;
  }

  /** Whether nobody is being woken just now. */
  get settled(): boolean {
    return this.#waking === 0;
  }

  /**
   * Until when something is held as things stand, in milliseconds since the epoch: the lease, an attempt that counts, a call
   * that waits. A suppression is held for ever.
   */
  get heldUntil(): number {
    const { lease, attempts, suppression, waiters } = this.record;
    if (suppression !== null) return Infinity;
    const counted = attempts.map(({ at }) => at + WEEK_MS);
    return Math.max(0, lease?.until ?? 0, ...counted, ...waiters.map(({ until }) => until));
  }

  #request({ identity, rules, leaseMs }: ContactRequest): ContactAnswer {
    this.heard = true;
    // Whoever asks has not dialed: what it was granted before, it is granted anew or not at all.
    this.#forget(identity);
    const answer = this.#answer(identity, rules);
    if (answer.kind !== 'busy') this.#waiters = this.#waiters.filter(({ callId }) => callId !== callIdOf(identity));
    if (answer.kind === 'granted') this.#grant(identity, leaseMs);
    // It may have been woken for the number: that is the next one's turn then, which may be allowed more.
    else this.#wakeNext();
    this.#show();
    return answer;
  }

  #answer(identity: string, rules: ContactRequest['rules']): ContactAnswer {
    const now = Date.now();
    const { lease, attempts, suppression } = this.record;
    if (suppression !== null) return { kind: 'suppressed', reason: suppression.reason };
    if (lease !== null) return { kind: 'busy', until: toInstant(this.#wait(callIdOf(identity), lease.until)) };
    const times = attempts.map(({ at }) => at);
    const from = allowedFrom(times, rules, now);
    return from > now ? { kind: 'limit', until: toInstant(from) } : { kind: 'granted' };
  }

  #grant(identity: string, leaseMs: number): void {
    const now = Date.now();
    this.#lease = { identity, until: now + leaseMs };
    this.#attempts = [...this.record.attempts, { identity, at: now }].slice(-MOST_ATTEMPTS);
  }

  /** Keeps a call in mind that is to be woken; answers when it asks again unless it was. */
  #wait(callId: string, leasedUntil: number): number {
    const until = Math.min(leasedUntil, Date.now() + CONTACT_ASK_AGAIN_MS);
    const others = this.record.waiters;
    const isNew = !others.some((waiter) => waiter.callId === callId);
    if (!isNew) this.#waiters = others.map((one) => (one.callId === callId ? { callId, until } : one));
    else if (others.length < MOST_WAITERS) this.#waiters = [...others, { callId, until }];
    return until;
  }

  /** As though the attempt had never asked. */
  #forget(identity: string): void {
    if (this.#lease?.identity === identity) this.#lease = null;
    this.#attempts = this.#attempts.filter((attempt) => attempt.identity !== identity);
  }

  #release(raw: RawValue | undefined): void {
    const { identity, dialed } = readSignal(raw);
    if (typeof identity !== 'string') return;
    const isFreed = this.#lease?.identity === identity;
    if (dialed === false) this.#forget(identity);
    if (!isFreed) return;
    this.#lease = null;
    this.#wakeNext();
    this.#show();
  }

  /** Wakes the first call that waits and is still there, if nobody has the number. */
  #wakeNext(): void {
    const { lease, waiters } = this.record;
    const [first, ...others] = waiters;
    if (lease !== null || first === undefined) return;
    this.#waiters = others;
    this.#waking += 1;
    void getExternalWorkflowHandle(first.callId)
      .signal('wakeCall')
      .catch(() => this.#wakeNext()) // It has ended.
      .finally(() => (this.#waking -= 1));
  }

  #suppress(given: unknown): Suppression {
    this.heard = true;
    const { reason } = (given ?? {}) as { readonly reason?: unknown };
    const before = this.#suppression;
    const suppression = { reason: readReason({ reason }), since: before?.since ?? toInstant(Date.now()) };
    if (before === null || before.reason !== suppression.reason) this.#setSuppression(suppression);
    return suppression;
  }

  #unsuppress(): boolean {
    this.heard = true;
    if (this.#suppression === null) return false;
    this.#setSuppression(null);
    return true;
  }

  #setSuppression(suppression: Suppression | null): void {
    this.#suppression = suppression;
    const memo: ContactMemo = { suppression };
    upsertMemo(memo);
    this.#show();
  }

  #show(): void {
    const { lease, attempts, suppression, waiters } = this.record;
    const words = [
      suppression === null
        ? null
        : `**suppressed** since ${suppression.since}: ${suppression.reason ?? 'no reason given'}`,
      lease === null ? null : `called by ${lease.identity}, ${waiters.length} calls wait`,
      `${attempts.length} attempts in 7 days`,
    ];
    setCurrentDetails(words.filter((one) => one !== null).join('; '));
  }
}

/** Refuses what is no request: an operator may send anything. */
function requireRequest(request: unknown): void {
  const { identity, rules, leaseMs } = (request ?? {}) as Readonly<Record<string, unknown>>;
  const { maxAttemptsPerDay, maxAttemptsPerWeek } = (rules ?? {}) as Readonly<Record<string, unknown>>;
  const isLimit = (limit: unknown): boolean => limit === null || (Number.isInteger(limit) && Number(limit) > 0);
  const isRequest =
    typeof identity === 'string' &&
    typeof leaseMs === 'number' &&
    leaseMs > 0 &&
    isLimit(maxAttemptsPerDay) &&
    isLimit(maxAttemptsPerWeek);
  if (isRequest) return;
  throw ApplicationFailure.nonRetryable(
    'Expected `identity`, `leaseMs` and `rules`, each limit a number or null',
    'NoRequest',
  );
}
