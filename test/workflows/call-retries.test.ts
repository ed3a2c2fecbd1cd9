import { describe, expect, it } from 'vitest';
import type { Disposition, RetryPolicy } from '../../src/contract/call.ts';
import { DEFAULT_RETRY_DELAYS_MS, NO_RETRY } from '../../src/domain/retry.ts';
import { answers, endsAs, type Turn } from './attempt.ts';
import { DAY, HOUR, MINUTE, startCall, type StartedCall, THREE_ATTEMPTS } from './requests.ts';
import { useWorld } from './world.ts';

const world = useWorld();

/** Has attempts end so, one after the other, and the one after the last answered. @returns when each was placed */
function attemptsEnd(...turns: Turn[]): number[] {
  const placedAt: number[] = [];
  world.script.placeCall = async (attempt) => {
    placedAt.push(await world.now());
    return await (turns[placedAt.length - 1] ?? answers)(attempt);
  };
  return placedAt;
}

/** The minutes between one attempt and the next. */
const waits = (placedAt: readonly number[]): number[] =>
  placedAt.slice(1).map((at, index) => Math.round((at - (placedAt[index] ?? 0)) / MINUTE));

const times = (count: number, disposition: Disposition): Turn[] => Array<Turn>(count).fill(endsAs(disposition));

const startWith = (retry: RetryPolicy, input: object = {}): Promise<StartedCall> =>
  startCall(world, { retry, deadlineIn: 30 * DAY, input });

describe('Where an agent asks for more attempts, one that', () => {
  it.each([
    ['busy', 5],
    ['no-answer', 30],
    ['unreachable', 15],
    ['voicemail', 120],
    ['carrier-rejected', 1],
    ['agent-unavailable', 1],
    ['failed', 5],
  ] as const)('ends as %s is followed by another after %i minutes', async (disposition, minutes) => {
    const placedAt = attemptsEnd(endsAs(disposition));
    const call = await startWith(THREE_ATTEMPTS, { onVoicemail: 'retry' });
    expect(await call.result()).toMatchObject({ status: 'Completed', disposition: 'answered', attempts: 2 });
    expect(waits(placedAt)).toEqual([minutes]);
  });

  it.each(['declined', 'invalid-number', 'uncertain'] as const)(
    'ends as %s is followed by none',
    async (disposition) => {
      attemptsEnd(endsAs(disposition));
      const call = await startWith(THREE_ATTEMPTS);
      expect(await call.result()).toMatchObject({ status: 'Failed', disposition, attempts: 1 });
      expect(world.script.retries).toEqual([]);
    },
  );

  it.each(['declined', 'invalid-number', 'uncertain'] as const)(
    'ends as %s is followed by another where that is asked for',
    async (disposition) => {
      const placedAt = attemptsEnd(endsAs(disposition));
      const delaysMs = { ...DEFAULT_RETRY_DELAYS_MS, [disposition]: HOUR };
      expect(await (await startWith({ ...THREE_ATTEMPTS, delaysMs })).result()).toMatchObject({ status: 'Completed' });
      expect(waits(placedAt)).toEqual([60]);
    },
  );

  it('ends as what is never to be tried again is followed by none', async () => {
    attemptsEnd(endsAs('busy'));
    const call = await startWith({ ...THREE_ATTEMPTS, delaysMs: { ...DEFAULT_RETRY_DELAYS_MS, busy: null } });
    expect(await call.result()).toMatchObject({ status: 'Failed', disposition: 'busy', attempts: 1 });
  });
});

describe('Delays that grow', () => {
  it('do so each time that their disposition comes, whatever comes between, and stay what they are last', async () => {
    const delaysMs = { ...DEFAULT_RETRY_DELAYS_MS, busy: [5 * MINUTE, 30 * MINUTE, 2 * HOUR] };
    const placedAt = attemptsEnd(...times(2, 'busy'), endsAs('no-answer'), ...times(2, 'busy'));
    const call = await startWith({ ...NO_RETRY, maxAttempts: 10, delaysMs });
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 6 });
    expect(waits(placedAt)).toEqual([5, 30, 30, 120, 120]);
  });

  it('are told to the plan, which is a little later the longer they are', async () => {
    attemptsEnd(...times(2, 'carrier-rejected'));
    await (await startWith(NO_RETRY)).result();
    expect(world.script.retries.map(({ delayMs }) => delayMs)).toEqual([MINUTE, 5 * MINUTE]);
  });
});

describe.each(['carrier-rejected', 'agent-unavailable'] as const)('%s, which rings nobody,', (disposition) => {
  it('costs no attempt, even of a call that has only one', async () => {
    const placedAt = attemptsEnd(...times(6, disposition), endsAs('busy'));
    const call = await startWith(NO_RETRY);
    expect(await call.result()).toMatchObject({ status: 'Failed', disposition: 'busy', attempts: 7 });
    expect(waits(placedAt)).toEqual([1, 5, 15, 60, 60, 60]);
    expect(world.script.placed.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('ends a call that was accepted by an earlier version once its attempts are used up', async () => {
    attemptsEnd(...times(3, disposition));
    const delaysMs = { ...DEFAULT_RETRY_DELAYS_MS, [disposition]: MINUTE };
    const call = await startWith({ maxAttempts: 3, delaysMs });
    expect(await call.result()).toMatchObject({ status: 'Failed', disposition, attempts: 3 });
  });
});

it('A carrier that refuses for days fails a call at last, whose history stays small', async () => {
  attemptsEnd(...times(101, 'carrier-rejected'));
  const call = await startWith(NO_RETRY);
  expect(await call.result()).toMatchObject({ status: 'Failed', disposition: 'carrier-rejected', attempts: 101 });
  const { events } = await call.handle.fetchHistory();
  expect(events?.length).toBeLessThan(3_000);
});
