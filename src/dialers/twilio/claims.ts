/** As many as a trunk places in hours; who is forgotten has long ended. */
const MOST = 10_000;

/** Which of Twilio's calls are of which attempt, as far as this process has seen. */
export class Claims {
  readonly #owners = new Map<string, string>();
  readonly #sids = new Map<string, string>();

  set(sid: string, identity: string): void {
    this.#owners.set(sid, identity);
    this.#sids.set(identity, sid);
    for (const [oldest, owner] of this.#owners) {
      if (this.#owners.size <= MOST) break;
      this.#owners.delete(oldest);
      this.#sids.delete(owner);
    }
  }

  /** The attempt that a call is of; null where nobody has claimed it. */
  ownerOf(sid: string): string | null {
    return this.#owners.get(sid) ?? null;
  }

  /** An attempt's call; null where none is known. */
  sidOf(identity: string): string | null {
    return this.#sids.get(identity) ?? null;
  }
}
