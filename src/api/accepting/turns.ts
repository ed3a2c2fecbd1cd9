import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long the event loop waits for its turn, in milliseconds, while much is worked on. */
const TURN_MS = 10;

/** Gives the event loop a turn, where it has waited for long enough. */
export type GiveTurn = () => Promise<void> | undefined;

/**
 * For work of some length: requests of others are answered meanwhile, and a line host in the same process is not taken for
 * frozen.
 */
export function takeTurns(): GiveTurn {
  let last = performance.now();
  return () => {
    if (performance.now() - last < TURN_MS) return undefined;
    return nextTurn().then(() => void (last = performance.now()));
  };
}

/** `items.map(map)`, with turns of the event loop between. */
export async function mapInTurns<Item, Result>(
  items: readonly Item[],
  map: (item: Item, index: number) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  const giveTurn = takeTurns();
  for (const [index, item] of items.entries()) {
    const turn = giveTurn();
    // Most often there is nothing to wait for, and waiting costs something too.
    if (turn !== undefined) await turn;
    results.push(map(item, index));
  }
  return results;
}
