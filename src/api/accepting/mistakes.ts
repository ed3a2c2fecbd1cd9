import type { BodyMistake } from '../problem.ts';

/** Collects what is wrong with one item of a body, so that all of it is told at once. */
export class Mistakes {
  readonly found: BodyMistake[] = [];
  readonly #index: number | null;

  /** @param index which item of an array; null where the body is not one */
  constructor(index: number | null) {
    this.#index = index;
  }

  /** @param path where in the item; empty for the item itself */
  add(path: string, message: string): void {
    this.found.push({ index: this.#index, path, message });
  }

  /** Whether something is wrong at one of these very paths. */
  at(...paths: readonly string[]): boolean {
    return this.found.some(({ path }) => paths.includes(path));
  }
}
