import { badBody, type BodyMistake, type Problem } from '../problem.ts';

/** As many mistakes as an answer lists: more are of no use, and 32 MB can hold millions. */
export const MOST_LISTED = 1_000;

/** What is wrong with a body: all of it is counted, and the first mistakes are listed. */
export class BodyMistakes {
  readonly listed: BodyMistake[] = [];
  total = 0;

  /** @param so what they mean */
  toProblem(so?: string): Problem {
    return badBody(this.listed, this.total, so);
  }
}

/** Collects what is wrong with one item of a body, so that all of it is told at once. */
export class Mistakes {
  readonly #body: BodyMistakes;
  readonly #index: number | null;
  readonly #paths = new Set<string>();

  /** @param index which item of an array; null where the body is not one */
  constructor(body: BodyMistakes, index: number | null) {
    this.#body = body;
    this.#index = index;
  }

  /**
   * @param path where in the item; empty for the item itself
   * @param message one that is not cheap is asked for only where it is listed
   */
  add(path: string, message: string | (() => string)): void {
    this.#paths.add(path);
    this.#body.total += 1;
    if (this.#body.listed.length === MOST_LISTED) return;
    this.#body.listed.push({ index: this.#index, path, message: typeof message === 'string' ? message : message() });
  }

  /** Whether something is wrong with the item. */
  get any(): boolean {
    return this.#paths.size > 0;
  }

  /** Whether something is wrong at one of these very paths. */
  at(...paths: readonly string[]): boolean {
    return paths.some((path) => this.#paths.has(path));
  }
}
