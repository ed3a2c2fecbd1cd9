import { Context } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/contract/placement.ts';
import { BATCH_STATE, UNSTARTED, WAITING_FOR } from '../../src/contract/search-attributes.ts';
import { toInstant } from '../../src/domain/instant.ts';
import { answers, inTurn, untilAborted } from './attempt.ts';
import { Batch } from './batches.ts';
import { DAY, HOUR, startCall } from './requests.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld();

/** What the search attributes of a batch say. */
async function shown(batch: Batch): Promise<[string | undefined, number | undefined]> {
  const { typedSearchAttributes } = await batch.handle.describe();
  return [typedSearchAttributes.get(BATCH_STATE), typedSearchAttributes.get(UNSTARTED)];
}

const heldBack = async (): Promise<Outcome> => ({
  kind: 'not-now',
  plan: {
    at: toInstant((await world.now()) + HOUR),
    waitingFor: 'batch-paused',
    summary: 'its batch is paused',
  },
});

describe('A batch', () => {
  it('shows how it stands, and how many of its calls have not started, page by page', async () => {
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [{}, {}], [{}]);
    await batch.load();
    expect(await shown(batch)).toEqual(['Open', 3]);
    await batch.seal();
    await batch.result();
    expect(await shown(batch)).toEqual(['Running', 0]);
  });

  it('that is canceled says so from that moment on, however long its calls take', async () => {
    const batch = await Batch.open(world, [{ dueIn: DAY }]);
    await batch.load();
    await batch.seal();
    await eventually(() => shown(batch)).toEqual(['Running', 0]);
    await batch.handle.signal('cancelBatch', { reason: 'wrong list' });
    await eventually(() => shown(batch)).toEqual(['Canceled', 0]);
    expect(await batch.progress()).toMatchObject({ state: 'Canceled', reason: 'wrong list' });
    await batch.result();
  });

  it('knows which page holds a call', async () => {
    const batch = await Batch.open(world, [{}, {}], [{}]);
    const pages = [0, 1, 2, 3].map((index) => batch.handle.query('getPageOf', index));
    expect(await Promise.all(pages)).toEqual([0, 0, 1, null]);
    await batch.handle.cancel();
    await batch.result().catch(() => undefined);
  });
});

describe('A paused batch', () => {
  it('starts no further page, and goes on with it once it is resumed', async () => {
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [{}], [{}, {}]);
    await batch.load();
    await batch.handle.signal('pauseBatch', { reason: 'a complaint' });
    await batch.seal();
    expect(await batch.progress()).toMatchObject({ state: 'Paused', reason: 'a complaint', holding: [0, 1] });
    await world.sleep(HOUR);
    expect(await batch.started()).toEqual([]);
    expect(await shown(batch)).toEqual(['Paused', 3]);
    await batch.handle.signal('resumeBatch');
    expect(await batch.result()).toEqual({ completed: 3, failed: 0, canceled: 0 });
    expect(world.script.woken).toEqual([batch.id]);
  });

  it('ends by itself once the last deadline of its calls has passed, without having started them', async () => {
    const batch = await Batch.open(world, [{ deadlineIn: HOUR }], [{ deadlineIn: DAY }]);
    await batch.load();
    await batch.handle.signal('pauseBatch');
    await batch.seal();
    await world.sleep(2 * DAY);
    expect(await batch.result()).toEqual({ completed: 0, failed: 0, canceled: 2 });
    expect(await batch.started()).toEqual([]);
    expect(await batch.heldCall(0)).toMatchObject({ status: 'Canceled', reason: 'deadline' });
  });

  it('stops waking its calls when it is paused again', async () => {
    const batch = await Batch.open(world, [{ dueIn: DAY }]);
    await batch.load();
    await batch.seal();
    let stopped = 0;
    world.script.wakeCalls = async () => {
      await untilAborted(Context.current().cancellationSignal);
      stopped += 1;
      throw Context.current().cancellationSignal.reason;
    };
    await batch.handle.signal('pauseBatch');
    await batch.handle.signal('resumeBatch');
    await eventually(() => world.script.woken.length).toBe(1);
    await batch.handle.signal('pauseBatch');
    await eventually(() => stopped).toBe(1);
    expect(await batch.progress()).toMatchObject({ state: 'Paused' });
    await batch.handle.signal('cancelBatch');
    expect(await batch.result()).toEqual({ completed: 0, failed: 0, canceled: 1 });
  });

  it('that is resumed without having been paused wakes nobody', async () => {
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [{}]);
    await batch.load();
    await batch.handle.signal('resumeBatch');
    await batch.seal();
    await batch.result();
    expect(world.script.woken).toEqual([]);
  });
});

describe('A call that the pause of its batch holds back', () => {
  it('says so, and goes out when it is woken', async () => {
    world.script.placeCall = inTurn(heldBack, answers);
    const call = await startCall(world, { deadlineIn: DAY });
    await eventually(() => call.waitingFor()).toMatchObject({ for: 'batch-paused' });
    const { typedSearchAttributes } = await call.handle.describe();
    expect(typedSearchAttributes.get(WAITING_FOR)).toBe('batch-paused');
    await call.handle.signal('wakeCall');
    await eventually(() => world.script.placed.length).toBe(2);
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 1 });
    expect((await call.handle.describe()).typedSearchAttributes.get(WAITING_FOR)).toBeUndefined();
  });

  it('ends at its deadline all the same', async () => {
    world.script.placeCall = inTurn(heldBack);
    const call = await startCall(world, { deadlineIn: HOUR / 2 });
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'deadline', attempts: 0 });
  });
});

describe('A call that waits for something else', () => {
  it('is not woken', async () => {
    const call = await startCall(world, { dueIn: DAY });
    const before = await call.progress();
    await call.handle.signal('wakeCall');
    expect(await call.progress()).toEqual(before);
    await call.cancel();
    await call.result();
  });
});

describe('A call of a batch that is canceled', () => {
  it('ends with its batch as the reason, though nobody has told it yet', async () => {
    world.script.placeCall = () => Promise.resolve({ kind: 'not-dialed', because: 'batch' });
    const call = await startCall(world);
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'batch', attempts: 0 });
  });
});
