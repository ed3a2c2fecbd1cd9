import { setImmediate as giveTurn } from 'node:timers/promises';

/** How long the event loop waits for its turn, in milliseconds, while much is worked on. */
const TURN_MS = 10;

/**
 * `items.map(map)`, with turns of the event loop between: requests of others are answered meanwhile, and a line host in the
 * same process is not taken for frozen.
 */
export async function mapInTurns<Item, Result>(
  items: readonly Item[],
  map: (item: Item, index: number) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  let turn = performance.now();
  for (const [index, item] of items.entries()) {
    if (performance.now() - turn > TURN_MS) {
      await giveTurn();
      turn = performance.now();
    }
    results.push(map(item, index));
  }
  return results;
}
