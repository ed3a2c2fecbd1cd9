import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Outage } from '../../src/lines/outage.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  const left = vi.getTimerCount();
  vi.useRealTimers();
  expect(left, 'timers left behind').toBe(0);
});

const never = new AbortController().signal;

/** Calls that wait for their turn, and those of them that have had it. */
function waiting(outage: Outage, names: readonly string[], signal = never) {
  const gone: string[] = [];
  const all = names.map((name) => outage.untilWorthATry(signal).then(() => void gone.push(name)));
  return { gone, all: Promise.all(all) };
}

describe('an outage of a provider', () => {
  test('keeps nobody waiting while there is none', async () => {
    const { gone, all } = waiting(new Outage(), ['a', 'b']);
    await all;
    expect(gone).toEqual(['a', 'b']);
  });

  test('has one call at a time try, five seconds after another, and lets all go once one got through', async () => {
    const outage = new Outage();
    outage.failed();
    const { gone, all } = waiting(outage, ['a', 'b', 'c', 'd']);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(gone).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(gone).toEqual(['a']);
    outage.failed();
    await vi.advanceTimersByTimeAsync(4_999);
    expect(gone).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(1);
    expect(gone).toEqual(['a', 'b']);
    outage.over(performance.now());
    await all;
    expect(gone).toEqual(['a', 'b', 'c', 'd']);
  });

  test('gives the turn on where the call that had it does not try after all', async () => {
    const outage = new Outage();
    outage.failed();
    const { gone, all } = waiting(outage, ['a', 'b']);
    await vi.advanceTimersByTimeAsync(10_000);
    await all;
    expect(gone).toEqual(['a', 'b']);
  });

  test('holds a call that has met it back for a quarter of its length, from 15 s to 5 minutes', async () => {
    const outage = new Outage();
    expect(outage.failed()).toBe(15_000);
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(outage.failed()).toBe(150_000);
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect(outage.failed()).toBe(300_000);
    outage.over(performance.now());
    expect(outage.failed()).toBe(15_000);
  });

  test('is begun by three dials in a row that nobody knows the fate of, not by one now and then', async () => {
    const outage = new Outage();
    for (let i = 0; i < 5; i += 1) {
      outage.doubted();
      outage.doubted();
      outage.over(performance.now());
    }
    await outage.untilWorthATry(never);
    for (let i = 0; i < 3; i += 1) outage.doubted();
    const { gone, all } = waiting(outage, ['a']);
    await vi.advanceTimersByTimeAsync(14_999);
    expect(gone).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await all;
  });

  test('by doubts costs few calls their attempt: some twenty in ten minutes, each of which comes to a doubt', async () => {
    const outage = new Outage();
    for (let i = 0; i < 3; i += 1) outage.doubted();
    const { gone, all } = waiting(
      outage,
      Array.from({ length: 100 }, (_, index) => String(index)),
    );
    let seen = 0;
    for (let second = 0; second < 600; second += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      if (gone.length > seen) outage.doubted();
      seen = gone.length;
    }
    expect(seen).toBeGreaterThan(5);
    expect(seen).toBeLessThan(20);
    outage.over(performance.now());
    await all;
  });

  test('is not ended by a call that was dialed before it began', async () => {
    const outage = new Outage();
    const before = performance.now();
    await vi.advanceTimersByTimeAsync(1_000);
    outage.doubted();
    outage.doubted();
    outage.over(before);
    outage.doubted();
    outage.over(before);
    const { gone, all } = waiting(outage, ['a', 'b']);
    await vi.advanceTimersByTimeAsync(14_999);
    expect(gone).toEqual([]);
    outage.over(performance.now());
    await all;
  });

  test('is waited for no longer by a call that is cancelled', async () => {
    const outage = new Outage();
    outage.failed();
    const canceled = new AbortController();
    const { gone, all } = waiting(outage, ['a'], canceled.signal);
    canceled.abort(new Error('nobody wants it any more'));
    await expect(all).rejects.toThrow('nobody wants it any more');
    expect(gone).toEqual([]);
    await expect(outage.untilWorthATry(canceled.signal)).rejects.toThrow('nobody wants it any more');
  });
});
