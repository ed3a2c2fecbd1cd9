import type { Tally } from '../contract/batch.ts';

/** The sum of two tallies. */
export const addTallies = (a: Tally, b: Tally): Tally => ({
  completed: a.completed + b.completed,
  failed: a.failed + b.failed,
  canceled: a.canceled + b.canceled,
});
