import type { AttemptRef, Confirm, Dialer, DialRequest, Found, Progress } from './dialer.ts';

/** A dialer, and the calls that it has. */
class Generation {
  readonly dialer: Dialer;
  /** Placed, and not followed yet. */
  readonly placed = new Set<string>();
  /** By how many each is followed: who counts its line may do so beside who reports its end. */
  readonly #followers = new Map<string, number>();

  constructor(dialer: Dialer) {
    this.dialer = dialer;
  }

  get isIdle(): boolean {
    return this.placed.size === 0 && this.#followers.size === 0;
  }

  has(identity: string): boolean {
    return this.placed.has(identity) || this.#followers.has(identity);
  }

  /** What is live with it; where it cannot be asked any more, what is in progress with it here. */
  async liveOrKnown(): Promise<readonly string[] | null> {
    try {
      return await this.dialer.live();
    } catch {
      return [...this.placed, ...this.#followers.keys()];
    }
  }

  follow(identity: string): void {
    this.placed.delete(identity);
    this.#followers.set(identity, (this.#followers.get(identity) ?? 0) + 1);
  }

  leave(identity: string): void {
    const others = (this.#followers.get(identity) ?? 1) - 1;
    if (others > 0) this.#followers.set(identity, others);
    else this.#followers.delete(identity);
  }
}

/**
 * A trunk's dialer, in whose place another can be put while calls are in progress. These stay with the dialer that they
 * are followed with, to their end; whatever begins, or is taken over, is the newest one's.
 */
export class ReplaceableDialer implements Dialer {
  #newest: Generation;
  /** Replaced, with calls still in progress. */
  readonly #older = new Set<Generation>();

  constructor(dialer: Dialer) {
    this.#newest = new Generation(dialer);
  }

  /** Dials with another one from now on. The one before is closed once its last call is over. */
  replace(dialer: Dialer): void {
    const before = this.#newest;
    this.#older.add(before);
    this.#newest = new Generation(dialer);
    this.#closeIfIdle(before);
  }

  async place(request: DialRequest, confirm?: Confirm): Promise<void> {
    const newest = this.#newest;
    newest.placed.add(request.identity);
    try {
      await newest.dialer.place(request, confirm);
    } catch (error) {
      newest.placed.delete(request.identity);
      this.#closeIfIdle(newest);
      throw error;
    }
  }

  async *follow(identity: string, signal: AbortSignal): AsyncGenerator<Progress, void, undefined> {
    const its = this.#of(identity);
    its.follow(identity);
    try {
      yield* its.dialer.follow(identity, signal);
    } finally {
      its.leave(identity);
      this.#closeIfIdle(its);
    }
  }

  async find(attempt: AttemptRef): Promise<Found> {
    return await this.#of(attempt.identity).dialer.find(attempt);
  }

  /** @throws when the newest one cannot be asked; those before it may be gone for good */
  async live(): Promise<readonly string[] | null> {
    const older = [...this.#older].map((one) => one.liveOrKnown());
    const all = await Promise.all([this.#newest.dialer.live(), ...older]);
    return all.includes(null) ? null : [...new Set(all.flatMap((identities) => identities ?? []))];
  }

  async hangUp(identity: string): Promise<void> {
    await this.#of(identity).dialer.hangUp(identity);
  }

  describe(): string {
    return this.#newest.dialer.describe();
  }

  close(): void {
    for (const { dialer } of [this.#newest, ...this.#older]) dialer.close();
    this.#older.clear();
  }

  #of(identity: string): Generation {
    return [...this.#older].find((one) => one.has(identity)) ?? this.#newest;
  }

  #closeIfIdle(its: Generation): void {
    if (its.isIdle && this.#older.delete(its)) its.dialer.close();
  }
}
