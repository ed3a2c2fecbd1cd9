import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Pace } from '../../src/lines/pace.ts';

describe('the pace of a trunk', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const never = (): AbortSignal => new AbortController().signal;

  /** A dial that notes when it was made. */
  const noting = (times: number[], start: number) => (): Promise<void> => {
    times.push(Date.now() - start);
    return Promise.resolve();
  };

  /** When each of `count` turns came, in milliseconds from now. */
  async function turns(pace: Pace, count: number): Promise<number[]> {
    const start = Date.now();
    const times: number[] = [];
    for (let turn = 0; turn < count; turn += 1) void pace.turn(noting(times, start), never());
    await vi.advanceTimersByTimeAsync(120_000);
    return times;
  }

  test('lets no second see more turns than its rate, whatever the rate', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0.5, max: 50, noNaN: true }), async (rate) => {
        const times = await turns(new Pace(rate), 40);
        expect(times).toHaveLength(40);
        const most = Math.max(
          ...times.map((from) => times.filter((time) => time >= from && time < from + 1_000).length),
        );
        expect(most).toBeLessThanOrEqual(Math.max(1, Math.floor(rate)));
      }),
      { numRuns: 30 },
    );
  });

  test('keeps nobody waiting without a rate', async () => {
    expect(await turns(new Pace(null), 5)).toEqual([0, 0, 0, 0, 0]);
  });

  test('waits a second before its first turn after a rest, since another host may just have dialed', async () => {
    const pace = new Pace(100);
    pace.rest();
    expect((await turns(pace, 1))[0]).toBeGreaterThanOrEqual(1_000);
  });

  test('is not held up by who stopped waiting, and does not dial for them', async () => {
    const pace = new Pace(1);
    const [dialed, leaving] = [vi.fn(() => Promise.resolve()), new AbortController()];
    void pace.turn(dialed, never());
    const left = pace.turn(dialed, leaving.signal);
    leaving.abort();
    await left;
    expect(dialed).toHaveBeenCalledTimes(1);
    expect(await turns(pace, 1)).toEqual([1_001]);
  });

  test('tells how a dial failed, and goes on with the next', async () => {
    const pace = new Pace(null);
    await expect(pace.turn(() => Promise.reject(new Error('no answer')), never())).rejects.toThrow('no answer');
    expect(await turns(pace, 1)).toEqual([0]);
  });

  test('follows a new rate from the next turn on', async () => {
    const pace = new Pace(1);
    pace.callsPerSecond = null;
    expect(await turns(pace, 3)).toEqual([0, 0, 0]);
  });
});
