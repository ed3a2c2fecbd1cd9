import type { AttemptRef, Dialer, DialRequest, Found, Progress } from '../dialer.ts';
import { trimLedger } from './ledger-trim.ts';
import { Ledger, toInstant } from './ledger.ts';
import { endOf, happeningsOf, missingLines, type Call } from './call.ts';
import { SimulatorMemory } from './memory.ts';

export interface SimulatorOptions {
  /** Written into every line: several trunks may share a ledger. */
  readonly trunk: string;
  /** The file that is the carrier's memory; made where there is none. */
  readonly ledgerPath: string;
  /** How many times as fast as real time everything that is simulated goes. */
  readonly speed: number;
}

/** A carrier that needs no network. */
export interface Simulator extends Dialer {
  /** Its ledger knows an attempt by its identity alone. */
  find(attempt: Pick<AttemptRef, 'identity'>): Promise<Found>;
  /** Never null: its ledger tells. */
  live(): Promise<readonly string[]>;
  /** Ends every {@link Dialer.follow} in progress as an abort would, and lets go of timers and the file. */
  close(): void;
}

/** How soon a hang-up by another process is noticed by who follows the call here: well within half a second. */
const POLL_MS = 100;

/** `setTimeout` fires at once beyond 2³¹ − 1. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Opens a simulator on a ledger, whose lines of more than 30 days ago are dropped first where nobody is using it.
 *
 * Whatever it is asked is in the ledger before it does anything about it, and what becomes of a call follows from the line
 * that placed it: so any process that opens the same ledger knows every call, however its predecessor ended, and several
 * may use one at the same time. What happens to a call is written when somebody follows it, finds it or hangs it up.
 */
export function createSimulator(options: SimulatorOptions): Simulator {
  const { speed } = options;
  if (!(speed > 0 && Number.isFinite(speed))) {
    throw new RangeError(`Expected \`speed\` to be a positive number, got \`${speed}\` (${typeof speed})`);
  }
  trimLedger(options.ledgerPath, Date.now());
  return new LedgerSimulator(options);
}

class LedgerSimulator implements Simulator {
  readonly #trunk: string;
  readonly #speed: number;
  readonly #ledger: Ledger;
  readonly #memory: SimulatorMemory;
  /** Who waits for news of which call. */
  readonly #waiting = new Map<string, Set<() => void>>();
  #followers = 0;
  #poll: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ trunk, ledgerPath, speed }: SimulatorOptions) {
    this.#trunk = trunk;
    this.#speed = speed;
    this.#ledger = new Ledger(ledgerPath);
    this.#memory = new SimulatorMemory(this.#ledger, (identity) => this.#wake(identity));
    this.#memory.refresh();
  }

  async place({ identity, endpoint, ringTimeoutMs, maxDurationMs }: DialRequest): Promise<void> {
    const line = { identity, endpoint, disposition: null, trunk: this.#trunk, ringTimeoutMs, maxDurationMs } as const;
    this.#ledger.append({ time: toInstant(Date.now()), event: 'place', ...line, speed: this.#speed });
    this.#memory.refresh();
    return Promise.resolve();
  }

  async *follow(identity: string, signal: AbortSignal): AsyncGenerator<Progress, void, undefined> {
    this.#startPolling();
    try {
      let told: number | null = null;
      while (!signal.aborted && !this.#closed) {
        const call = this.#bringUpToDate(identity);
        if (call === undefined) throw new Error(`Expected a call that was placed, got \`${identity}\``);
        const all = happeningsOf(call);
        const happened = all.filter(({ event }) => call.written.includes(event));
        // First where it stands, then all that follows; its end whatever was told before (it may have been placed anew).
        const news = happened.slice(Math.min(told ?? Math.max(happened.length - 1, 0), all.length - 1));
        for (const { event, at } of news) {
          if (signal.aborted || this.#closed) return;
          if (event === 'ended') return yield { step: event, end: endOf(call) };
          yield { step: event, time: toInstant(at) };
        }
        told = happened.length;
        const next = all[happened.length];
        // Who took the news may have taken long over it: look again before waiting.
        if (news.length === 0 && next !== undefined) await this.#news(identity, next.at - Date.now(), signal);
      }
    } finally {
      this.#stopPolling();
    }
  }

  async find({ identity }: Pick<AttemptRef, 'identity'>): Promise<Found> {
    const known = this.#memory.get(identity);
    this.#note('find', identity, known);
    const call = known && this.#bringUpToDate(identity);
    return Promise.resolve(call === undefined ? { state: 'never-placed' } : stateOf(call));
  }

  async live(): Promise<readonly string[]> {
    const calls = this.#memory.live(Date.now()).filter(({ place }) => place.trunk === this.#trunk);
    return Promise.resolve(calls.map(({ place }) => place.identity));
  }

  async hangUp(identity: string): Promise<void> {
    const known = this.#memory.get(identity);
    this.#note('hang-up', identity, known);
    if (known !== undefined) this.#bringUpToDate(identity);
    return Promise.resolve();
  }

  describe(): string {
    return this.#speed === 1 ? 'simulator, in real time' : `simulator, ${this.#speed} times as fast`;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#poll);
    for (const identity of this.#waiting.keys()) this.#wake(identity);
    this.#ledger.close();
  }

  /** Writes what the carrier was asked. */
  #note(event: 'find' | 'hang-up', identity: string, call: Call | undefined): void {
    const { endpoint = null, trunk = this.#trunk } = call?.place ?? {};
    this.#ledger.append({ time: toInstant(Date.now()), event, identity, endpoint, disposition: null, trunk });
  }

  /**
   * The call as it stands, once the ledger has everything that has happened to it; undefined for one that was never placed.
   * It reads back what it has written, since another process may have hung up just before.
   */
  #bringUpToDate(identity: string): Call | undefined {
    for (;;) {
      const call = this.#memory.get(identity);
      const missing = call === undefined ? [] : missingLines(call, Date.now());
      if (missing.length === 0) return call;
      for (const line of missing) this.#ledger.append(line);
    }
  }

  /** Resolves after some time, when the ledger has something new about the call, and when `signal` aborts. */
  #news(identity: string, waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(identity) ?? new Set();
      this.#waiting.set(identity, waiting);
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        waiting.delete(done);
        if (waiting.size === 0) this.#waiting.delete(identity);
        resolve();
      };
      waiting.add(done);
      signal.addEventListener('abort', done);
      const timer = setTimeout(done, Math.min(waitMs, LONGEST_TIMER_MS));
    });
  }

  #wake(identity: string): void {
    for (const wake of [...(this.#waiting.get(identity) ?? [])]) wake();
  }

  /** One look at the file for all that follow, however many they are. */
  #startPolling(): void {
    this.#followers += 1;
    this.#poll ??= setInterval(() => {
      try {
        this.#memory.refresh();
      } catch {
        // Each that follows will meet the same error, and has somebody to tell.
        for (const identity of this.#waiting.keys()) this.#wake(identity);
      }
    }, POLL_MS);
  }

  #stopPolling(): void {
    this.#followers -= 1;
    if (this.#followers > 0) return;
    clearInterval(this.#poll);
    this.#poll = undefined;
  }
}

function stateOf(call: Call): Found {
  if (call.fate.disposition === 'uncertain') return { state: 'unknown' };
  if (call.written.includes('ended')) return { state: 'ended', end: endOf(call) };
  const { answeredAt } = call.fate;
  const answeredTime = call.written.includes('answered') && answeredAt !== null ? toInstant(answeredAt) : null;
  return { state: 'live', startedTime: call.place.time, answeredTime };
}
