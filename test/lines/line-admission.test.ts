import { describe, expect, test } from 'vitest';
import { LineAdmission } from '../../src/lines/line-admission.ts';
import { LineRegistry } from '../../src/lines/line-registry.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Reserves a slot as a Worker does, and tells whether it has it. */
function reserve(admission: LineAdmission, abort = new AbortController()): { has: boolean; error: unknown } {
  const state = { has: false, error: null as unknown };
  admission.reserveSlot(null, abort.signal).then(
    () => (state.has = true),
    (error: unknown) => (state.error = error),
  );
  return state;
}

describe('admission to a trunk', () => {
  test('asks the queue for as many calls as there are lines that no live call has', async () => {
    const lines = new LineRegistry(3);
    const end = lines.adopt('live');
    const admission = new LineAdmission(lines);
    const asked = [reserve(admission), reserve(admission), reserve(admission)];
    await settle();
    expect(asked.map(({ has }) => has)).toEqual([true, true, false]);
    end();
    await settle();
    expect(asked.map(({ has }) => has)).toEqual([true, true, true]);
  });

  test('asks for another when a call has ended, and when lines are added', async () => {
    const lines = new LineRegistry(1);
    const admission = new LineAdmission(lines);
    const asked = [reserve(admission), reserve(admission), reserve(admission)];
    await settle();
    admission.releaseSlot();
    await settle();
    expect(asked.map(({ has }) => has)).toEqual([true, true, false]);
    lines.resize(2);
    await settle();
    expect(asked.map(({ has }) => has)).toEqual([true, true, true]);
  });

  test('lets a Worker that shuts down stop asking, and holds nothing for it', async () => {
    const lines = new LineRegistry(1);
    const admission = new LineAdmission(lines);
    const abort = new AbortController();
    reserve(admission);
    await settle();
    const waiting = reserve(admission, abort);
    await settle();
    abort.abort();
    await settle();
    expect(waiting.error).toMatchObject({ name: 'AbortError' });
    admission.releaseSlot();
    const next = reserve(admission);
    await settle();
    expect(next.has).toBe(true);
  });

  test('hands nothing out past the queue, which alone knows the order', () => {
    expect(new LineAdmission(new LineRegistry(9)).tryReserveSlot()).toBeNull();
  });
});
