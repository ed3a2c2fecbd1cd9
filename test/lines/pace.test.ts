import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Pace, type Turn } from '../../src/lines/pace.ts';

describe('the pace of a trunk', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const never = (): AbortSignal => new AbortController().signal;

  /** A turn that is used. */
  const dialing = (dial: () => Promise<void>): Turn => ({ mayDial: () => Promise.resolve(true), dial });

  /** A dial that notes when it was made. */
  const noting = (times: number[], start: number) =>
    dialing(() => {
      times.push(Date.now() - start);
      return Promise.resolve();
    });

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

  test.each([
    { from: 0.1, to: 10, second: 5_000 },
    { from: 0.1, to: null, second: 5_000 },
    { from: 0.01, to: 0.1, second: 10_001 },
    { from: 10, to: 0.1, second: 10_001, after: 50 },
  ])(
    'follows a rate that changes from $from to $to, for the spacing under way too',
    async ({ from, to, second, after = 5_000 }) => {
      const pace = new Pace(from);
      const [start, times] = [Date.now(), [] as number[]];
      void pace.turn(noting(times, start), never());
      void pace.turn(noting(times, start), never());
      await vi.advanceTimersByTimeAsync(after);
      pace.callsPerSecond = to;
      await vi.advanceTimersByTimeAsync(120_000);
      expect(times).toEqual([0, second]);
    },
  );

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
    void pace.turn(dialing(dialed), never());
    const left = pace.turn(dialing(dialed), leaving.signal);
    leaving.abort();
    await left;
    expect(await turns(pace, 1)).toEqual([1_001]);
    expect(dialed).toHaveBeenCalledTimes(1);
  });

  test('tells how a dial failed, and goes on with the next', async () => {
    const pace = new Pace(null);
    const failing = dialing(() => Promise.reject(new Error('no answer')));
    await expect(pace.turn(failing, never())).rejects.toThrow('no answer');
    expect(await turns(pace, 1)).toEqual([0]);
  });

  test('asks whether to dial only in its turn, and spends no time on one that is not used', async () => {
    const [pace, dial, asked] = [new Pace(1), vi.fn(() => Promise.resolve()), [] as number[]];
    const start = Date.now();
    const turn = (mayDial: boolean): Turn => ({
      mayDial: () => {
        asked.push(Date.now() - start);
        return Promise.resolve(mayDial);
      },
      dial,
    });
    void pace.turn(turn(true), never());
    const unused = [pace.turn(turn(false), never()), pace.turn(turn(false), never())];
    await vi.advanceTimersByTimeAsync(1_001);
    await Promise.all(unused);
    expect(asked).toEqual([0, 1_001, 1_001]);
    expect(dial).toHaveBeenCalledTimes(1);
    expect(await turns(pace, 1)).toEqual([0]);
  });

  test('keeps its spacing from dial to dial, however long it is asked before', async () => {
    const [pace, times, start] = [new Pace(1), [] as number[], Date.now()];
    for (const asking of [500, 1, 200]) {
      const mayDial = async (): Promise<boolean> => {
        await new Promise((resolve) => setTimeout(resolve, asking));
        return true;
      };
      void pace.turn({ ...noting(times, start), mayDial }, never());
    }
    await vi.advanceTimersByTimeAsync(10_000);
    expect(times).toEqual([500, 1_502, 2_703]);
  });

  test('tells why it could not be asked, and goes on with the next', async () => {
    const pace = new Pace(null);
    const unasked = { mayDial: () => Promise.reject(new Error('gone')), dial: () => Promise.resolve() };
    await expect(pace.turn(unasked, never())).rejects.toThrow('gone');
    expect(await turns(pace, 1)).toEqual([0]);
  });

  test('follows a new rate from the next turn on', async () => {
    const pace = new Pace(1);
    pace.callsPerSecond = null;
    expect(await turns(pace, 3)).toEqual([0, 0, 0]);
  });
});
