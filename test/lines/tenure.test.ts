import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FREEZE_MS, FreezeDetector } from '../../src/lines/freeze-detector.ts';
import { NotHostError, Tenure } from '../../src/lines/tenure.ts';

describe('a host that may have stood still', () => {
  let clock = 0;
  let detector: FreezeDetector;

  beforeEach(() => {
    clock = 1_000_000;
    vi.spyOn(Date, 'now').mockImplementation(() => clock);
    vi.spyOn(performance, 'now').mockImplementation(() => clock);
    detector = new FreezeDetector();
  });

  afterEach(() => {
    detector.stop();
    vi.restoreAllMocks();
  });

  /** The clocks go on while no timer fires, as in a process that gets SIGSTOP. */
  const freeze = (ms: number): void => void (clock += ms);

  test('is not in doubt as long as it is looked at in time', () => {
    for (let look = 0; look < 100; look += 1) {
      clock += FREEZE_MS;
      expect(detector.lastFreeze).toBe(-Infinity);
    }
  });

  test('knows at once that it stood still, before any timer has fired', () => {
    freeze(FREEZE_MS + 1);
    expect(detector.lastFreeze).toBe(clock);
  });

  test('notices a machine that was suspended, while its monotonic clock stood still', () => {
    vi.spyOn(performance, 'now').mockReturnValue(clock);
    freeze(60_000);
    expect(detector.lastFreeze).toBe(1_000_000);
  });

  test('notices by itself, though nobody asks', async () => {
    freeze(16_000);
    await new Promise((resolve) => setTimeout(resolve, 300)); // Its own timer is a real one.
    clock += 1_000;
    expect(detector.lastFreeze).toBe(clock - 1_000);
  });

  test('asks the server nothing while it is sure of its trunk', async () => {
    const ask = vi.fn(() => Promise.resolve(true));
    await new Tenure('demo', detector, ask).confirm();
    expect(ask).not.toHaveBeenCalled();
  });

  test('asks also where it was given its trunk while it stood still', async () => {
    freeze(16_000);
    clock += 500;
    await expect(new Tenure('demo', detector, () => Promise.resolve(false)).confirm()).rejects.toThrow(NotHostError);
  });

  test('is told of every freeze, once, until it stops listening', () => {
    const listener = vi.fn();
    const stop = detector.onFreeze(listener);
    freeze(16_000);
    void detector.lastFreeze;
    void detector.lastFreeze;
    stop();
    freeze(16_000);
    void detector.lastFreeze;
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test('asks once after it stood still, and goes on when it still has the trunk', async () => {
    const ask = vi.fn(() => Promise.resolve(true));
    const tenure = new Tenure('demo', detector, ask);
    clock += 1_000;
    freeze(16_000);
    clock += 1;
    await tenure.confirm();
    await tenure.confirm();
    expect(ask).toHaveBeenCalledTimes(1);
  });

  test('asks again when it stood still while the server answered', async () => {
    const ask = vi.fn(() => {
      const isFirst = ask.mock.calls.length === 1;
      if (isFirst) freeze(16_000);
      return Promise.resolve(isFirst);
    });
    const tenure = new Tenure('demo', detector, ask);
    freeze(16_000);
    await expect(tenure.confirm()).rejects.toThrow(NotHostError);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  test('dials nothing more, ever, once another has the trunk', async () => {
    const tenure = new Tenure('demo', detector, () => Promise.resolve(false));
    freeze(16_000);
    await expect(tenure.confirm()).rejects.toThrow(NotHostError);
    await expect(tenure.confirm()).rejects.toThrow(NotHostError);
    expect(tenure.lost.aborted).toBe(true);
  });
});
