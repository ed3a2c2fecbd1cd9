/** As many answers are remembered before all are thrown away. */
const MOST_REMEMBERED = 1_000;

/** Answers that may be a moment old: who asks within that moment gets the last one, even while it is being fetched. */
export class Recent<T> {
  readonly #ask: (key: string) => Promise<T>;
  readonly #maxAgeMs: number;
  readonly #known = new Map<string, { readonly asked: number; readonly answer: Promise<T> }>();

  constructor(ask: (key: string) => Promise<T>, maxAgeMs: number) {
    this.#ask = ask;
    this.#maxAgeMs = maxAgeMs;
  }

  /** @throws what asking throws */
  async of(key: string): Promise<T> {
    const asked = performance.now();
    const known = this.#known.get(key);
    if (known !== undefined && asked - known.asked <= this.#maxAgeMs) return await known.answer;
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    const answer = this.#ask(key);
    this.#known.set(key, { asked, answer });
    return await answer;
  }
}
