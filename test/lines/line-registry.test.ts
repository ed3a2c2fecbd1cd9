import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineRegistry, type Release } from '../../src/lines/line-registry.ts';

/** A signal that never aborts. */
const never = (): AbortSignal => new AbortController().signal;

/** Asks for a line and tells whether it was given at once. */
function ask(lines: LineRegistry, identity: string, priority = 1): { release: () => Release | null } {
  let release: Release | null = null;
  void lines.take(identity, priority, never()).then((given) => (release = given));
  return { release: () => release };
}

/** Lets promises that are settled be heard. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the registry of lines', () => {
  test('gives as many lines as there are, and the next when one is given back', async () => {
    const lines = new LineRegistry(1);
    const first = ask(lines, 'a');
    const second = ask(lines, 'b');
    await settle();
    expect([first.release() !== null, second.release() !== null, lines.busy, lines.waiting]).toEqual([
      true,
      false,
      1,
      1,
    ]);

    first.release()?.();
    await settle();
    expect([second.release() !== null, lines.busy, lines.waiting]).toEqual([true, 1, 0]);
  });

  test('gives a line to the highest priority first, and to whoever came first among equals', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 30 }), async (priorities) => {
        const lines = new LineRegistry(0);
        const order: number[] = [];
        for (const [index, priority] of priorities.entries()) {
          void lines.take(`call-${index}`, priority, never()).then((release) => {
            order.push(index);
            release();
          });
        }
        lines.resize(1);
        while (order.length < priorities.length) await settle();
        const expected = [...priorities.keys()].sort((a, b) => (priorities[b] ?? 0) - (priorities[a] ?? 0) || a - b);
        expect(order).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  test('begins no new call after a resize to fewer lines until enough have ended, and more at once after one to more', async () => {
    const lines = new LineRegistry(3);
    const taken = ['a', 'b', 'c'].map((identity) => ask(lines, identity));
    const next = ask(lines, 'd');
    await settle();
    lines.resize(1);
    taken[0]?.release()?.();
    taken[1]?.release()?.();
    await settle();
    expect([lines.busy, next.release()]).toEqual([1, null]);

    lines.resize(2);
    await settle();
    expect([lines.busy, next.release() !== null]).toEqual([2, true]);
  });

  test('counts a call that is live at the carrier, even beyond the lines, until it ends', async () => {
    const lines = new LineRegistry(1);
    const end = [lines.adopt('a'), lines.adopt('b')];
    const next = ask(lines, 'c');
    await settle();
    expect([lines.busy, lines.adopted, next.release()]).toEqual([2, 2, null]);

    end[0]?.();
    end[0]?.(); // A second time does nothing.
    await settle();
    expect([lines.busy, next.release()]).toEqual([1, null]);

    end[1]?.();
    await settle();
    expect([lines.busy, lines.adopted, next.release() !== null]).toEqual([1, 0, true]);
  });

  test('counts a call once, however many look after it, until the last lets go', async () => {
    const lines = new LineRegistry(2);
    const call = ask(lines, 'a');
    await settle();
    const adopted = lines.adopt('a');
    expect([lines.busy, lines.adopted]).toEqual([1, 0]);
    call.release()?.();
    expect(lines.has('a')).toBe(true);
    adopted();
    expect([lines.has('a'), lines.busy]).toEqual([false, 0]);
  });

  test('forgets a call that stops waiting, and gives its line to the next', async () => {
    const lines = new LineRegistry(0);
    const leaving = new AbortController();
    const left = lines.take('a', 9, leaving.signal);
    const next = ask(lines, 'b');
    leaving.abort(new Error('canceled'));
    await expect(left).rejects.toThrow('canceled');
    lines.resize(1);
    await settle();
    expect([lines.waiting, next.release() !== null]).toEqual([0, true]);
  });

  test('never has more calls that took a line than lines, whatever happens', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('take' as const), priority: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant('release' as const), which: fc.nat(20) }),
      fc.record({ kind: fc.constant('adopt' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 4 }), fc.array(step, { maxLength: 60 }), async (capacity, steps) => {
        const lines = new LineRegistry(capacity);
        const taken: Release[] = [];
        for (const [index, one] of steps.entries()) {
          if (one.kind === 'take')
            void lines.take(`${index}`, one.priority, never()).then((given) => taken.push(given));
          else if (one.kind === 'adopt') lines.adopt(`${index}`);
          else taken.splice(one.which % Math.max(1, taken.length), 1)[0]?.();
          await settle();
          expect(taken.length).toBeLessThanOrEqual(capacity);
          expect(lines.busy).toBe(taken.length + lines.adopted);
          if (lines.waiting > 0) expect(lines.busy).toBeGreaterThanOrEqual(capacity);
        }
      }),
      { numRuns: 100 },
    );
  });
});
