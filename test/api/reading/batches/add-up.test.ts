import { array, assert, constantFrom, nat, property, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addUp, isWhole } from '../../../../src/api/reading/batches/add-up.ts';
import { CALL_STATUSES } from '../../../../src/contract/call.ts';

const NONE = Object.fromEntries(CALL_STATUSES.map((status) => [status, 0]));
const counted = (counts: object, terminated = 0) => ({ counts, terminated });
const numbers = array(nat(1_000), { minLength: CALL_STATUSES.length, maxLength: CALL_STATUSES.length });

describe("a batch's counts", () => {
  test('add up to the total whatever was counted, and none is below zero', () => {
    const rests = constantFrom('Created', 'Canceled', 'moving');
    assert(
      property(tuple(numbers, nat(5_000), nat(100), rests), ([found, total, terminated, rest]) => {
        const counts = Object.fromEntries(CALL_STATUSES.map((status, index) => [status, found[index]]));
        const values = Object.values(addUp(counted(counts, terminated), total, rest));
        expect(values.reduce((sum, value) => sum + value, 0)).toBe(total);
        expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('are what was counted where that adds up', () => {
    const counts = { Pending: 3, Running: 2, Completed: 5 };
    expect(isWhole(counted(counts), 10, 'moving')).toBe(true);
    expect(addUp(counted(counts), 10, 'moving')).toEqual({ ...NONE, ...counts });
  });

  test('have those as Created that have not started, and as Canceled where nothing more will', () => {
    const counts = { Queued: 20, Completed: 5 };
    expect(isWhole(counted(counts), 100, 'Created')).toBe(true);
    expect(addUp(counted(counts), 100, 'Created')).toEqual({ ...NONE, ...counts, Created: 75 });
    expect(addUp(counted(counts), 100, 'Canceled')).toEqual({ ...NONE, ...counts, Canceled: 75 });
  });

  test('are counted again where a call was on its way, and hide it where most of them wait', () => {
    const counts = { Pending: 7, Queued: 40, Running: 20, Completed: 32 };
    expect(isWhole(counted(counts), 100, 'moving')).toBe(false);
    expect(addUp(counted(counts), 100, 'moving')).toEqual({ ...NONE, ...counts, Queued: 41 });
    expect(isWhole(counted(counts), 98, 'moving')).toBe(false);
    expect(addUp(counted(counts), 98, 'moving')).toEqual({ ...NONE, ...counts, Queued: 39 });
  });

  test('never take a call away that has ended while there is one that has not', () => {
    const counts = { Running: 3, Completed: 50, Failed: 20, Canceled: 30 };
    expect(addUp(counted(counts), 100, 'moving')).toEqual({ ...NONE, ...counts, Running: 0 });
  });

  test('have a call that was reset once, though its earlier run shows as Canceled', () => {
    const counts = { Running: 9, Completed: 89, Canceled: 5 };
    expect(isWhole(counted(counts, 3), 100, 'moving')).toBe(true);
    expect(addUp(counted(counts, 3), 100, 'moving')).toEqual({ ...NONE, ...counts, Canceled: 2 });
  });

  test('have a call as Unknown that Temporal has forgotten', () => {
    expect(addUp(counted({ Completed: 97 }), 100, 'moving')).toEqual({ ...NONE, Completed: 97, Unknown: 3 });
  });
});
