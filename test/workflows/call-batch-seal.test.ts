import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { SEAL_TIMEOUT_MS } from '../../src/contract/batch.ts';
import { answers } from './attempt.ts';
import { Batch } from './batches.ts';
import { MINUTE, SECOND } from './requests.ts';
import { useWorld, World } from './world.ts';

const world = useWorld('time-skipping', new World({ remembersBatches: false }));

describe('A batch that is not sealed', () => {
  /** Why it failed. */
  const failure = async (batch: Batch): Promise<string | null> => {
    const error = await batch.result().then(
      () => null,
      (reason: unknown) => reason,
    );
    const cause = error instanceof WorkflowFailedError ? error.cause : null;
    return cause instanceof ApplicationFailure ? (cause.type ?? null) : null;
  };

  it('expires after five minutes, and has started nothing', async () => {
    const batch = await Batch.open(world, [{}, {}], [{}]);
    await batch.load();
    await world.sleep(SEAL_TIMEOUT_MS - 10 * SECOND);
    expect(await batch.progress()).toMatchObject({ state: 'Open' });
    await world.sleep(20 * SECOND);
    expect(await failure(batch)).toBe('BatchExpired');
    expect(await batch.started()).toEqual([]);
    const pages = await Promise.all([0, 1].map((page) => batch.page(page).describe()));
    expect(pages.map(({ status }) => status.name)).toEqual(['COMPLETED', 'COMPLETED']);
  });

  it('expires also where its pages were never loaded', async () => {
    const batch = await Batch.open(world, [{}]);
    await world.sleep(6 * MINUTE);
    expect(await failure(batch)).toBe('BatchExpired');
  });

  it.each([
    { how: 'by cancelBatch', cancel: (batch: Batch) => batch.handle.signal('cancelBatch') },
    { how: 'natively', cancel: (batch: Batch) => batch.handle.cancel() },
  ])('and is cancelled $how counts as expired: nothing was accepted, and nothing is started', async ({ cancel }) => {
    const batch = await Batch.open(world, [{}]);
    await batch.load();
    await cancel(batch);
    expect(await failure(batch)).toBe('BatchExpired');
    expect(await batch.started()).toEqual([]);
  });

  it('answers a seal that comes after its cancellation with expired', async () => {
    const batch = await Batch.open(world, [{}]);
    await batch.load();
    const seal = await world.whileBatchesRest(async () => {
      await batch.handle.signal('cancelBatch');
      return { answer: batch.seal() };
    });
    expect(await seal.answer).toBe('expired');
    expect(await failure(batch)).toBe('BatchExpired');
    expect(await batch.started()).toEqual([]);
  });

  it('keeps what it answers to a seal that comes at the very end of its five minutes: it is sealed, and starts', async () => {
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [{}]);
    await batch.load();
    const seal = await world.whileBatchesRest(async () => {
      await world.sleep(SEAL_TIMEOUT_MS);
      return { answer: batch.seal() };
    });
    expect(await seal.answer).toBe('sealed');
    expect(await batch.result()).toMatchObject({ completed: 1 });
  });
});
