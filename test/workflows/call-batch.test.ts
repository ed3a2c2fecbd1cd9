import { describe, expect, it } from 'vitest';
import { answers, endsAs } from './attempt.ts';
import { Batch } from './batches.ts';
import { childrenOf, historyOf } from './history.ts';
import { Phone } from './phone.ts';
import { DAY, MINUTE } from './requests.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld();

const busyAt = (endpoint: string) => (attempt: { input: { endpoint: string } }) => attempt.input.endpoint === endpoint;

describe('A batch', () => {
  it('starts no call before its seal, however long it is loaded', async () => {
    const batch = await Batch.open(world, [{}, {}]);
    await batch.load();
    await world.sleep(4 * MINUTE);
    expect(await batch.progress()).toEqual({
      state: 'Open',
      reason: null,
      total: 2,
      pagesStarted: 0,
      holding: [0],
      ended: { completed: 0, failed: 0, canceled: 0 },
    });
    expect(await batch.started()).toEqual([]);
    world.script.placeCall = answers;
    expect(await batch.seal()).toBe('sealed');
    expect(await batch.result()).toEqual({ completed: 2, failed: 0, canceled: 0 });
  });

  it('starts all of its calls once it is sealed, in every page, and adds up how they ended', async () => {
    const busy = '+15550100002';
    const isBusy = busyAt(busy);
    world.script.placeCall = (attempt) => (isBusy(attempt) ? endsAs('busy')(attempt) : answers(attempt));
    const toBusy = { input: { endpoint: busy } };
    const batch = await Batch.open(world, [{}, toBusy, {}], [toBusy, { dueIn: DAY, deadlineIn: MINUTE }]);
    await batch.load();
    expect(await batch.seal()).toBe('sealed');
    await world.sleep(2 * MINUTE);
    expect(await batch.result()).toEqual({ completed: 2, failed: 2, canceled: 1 });
    expect(await batch.progress()).toMatchObject({ state: 'Running', pagesStarted: 2 });
    expect(await batch.started()).toEqual([0, 1, 2, 3, 4]);
  });

  it('answers a second seal as the first, and starts nothing anew', async () => {
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [{ dueIn: MINUTE }]);
    await batch.load();
    expect(await batch.seal()).toBe('sealed');
    expect(await batch.handle.executeUpdate('sealBatch', { updateId: 'another' })).toBe('sealed');
    await world.sleep(2 * MINUTE);
    expect(await batch.result()).toMatchObject({ completed: 1 });
    expect(world.script.placed).toHaveLength(1);
  });

  it('lets the next page start only when the one before it has started its calls', async () => {
    const batch = await Batch.open(world, [{ dueIn: DAY }], [{ dueIn: DAY }]);
    await batch.page(1).executeUpdate('loadPage', { args: [batch.pages[1]], updateId: 'load' });
    await batch.seal();
    expect(await batch.started()).toEqual([]); // the first page has nothing to start yet
    await batch.page(0).executeUpdate('loadPage', { args: [batch.pages[0]], updateId: 'load' });
    await eventually(() => batch.started()).toEqual([0, 1]);
    await batch.handle.cancel();
    await batch.result();
  });

  it('goes on with its other pages when an operator cancels one', async () => {
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [{}], [{}]);
    await batch.load();
    await batch.page(0).cancel();
    await batch.seal();
    expect(await batch.result()).toEqual({ completed: 1, failed: 0, canceled: 1 });
    expect(await batch.started()).toEqual([1]);
  });
});

describe('Cancelling a sealed batch', () => {
  const ways = [
    { how: 'cancelBatch', cancel: (batch: Batch) => batch.handle.signal('cancelBatch', { reason: 'wrong list' }) },
    { how: 'a native cancellation', cancel: (batch: Batch) => batch.handle.cancel() },
  ];

  it.each(ways)('by $how ends what waits, lets who talks finish, and completes normally', async ({ cancel }) => {
    const phone = new Phone();
    world.script.placeCall = phone.ring;
    const batch = await Batch.open(world, [{}, { dueIn: DAY }, { dueIn: 2 * DAY }]);
    await batch.load();
    await batch.seal();
    await phone.rings();
    await phone.answer();
    await eventually(() => batch.started()).toEqual([0, 1, 2]);
    await cancel(batch);
    for (const index of [1, 2]) {
      expect(await batch.call(index).result()).toMatchObject({ status: 'Canceled', reason: 'batch', attempts: 0 });
    }
    expect((await batch.call(0).describe()).status.name).toBe('RUNNING');
    await phone.end('answered');
    expect(await batch.result()).toEqual({ completed: 1, failed: 0, canceled: 2 });
    expect((await batch.handle.describe()).status.name).toBe('COMPLETED');
    expect(await batch.progress()).toMatchObject({ state: 'Canceled' });
  });

  it.each(ways)('by $how stops the ringing too', async ({ cancel }) => {
    const phone = new Phone();
    world.script.placeCall = phone.ring;
    const batch = await Batch.open(world, [{}]);
    await batch.load();
    await batch.seal();
    await phone.rings();
    await eventually(() => batch.progress()).toMatchObject({ pagesStarted: 1 });
    await cancel(batch);
    expect(await batch.result()).toEqual({ completed: 0, failed: 0, canceled: 1 });
  });

  it.each(ways)('by $how before a page is loaded ends it without a call', async ({ cancel }) => {
    const batch = await Batch.open(world, [{}], [{}]);
    await batch.seal();
    await cancel(batch);
    expect(await batch.result()).toEqual({ completed: 0, failed: 0, canceled: 0 });
    expect(childrenOf(await historyOf(batch.page(0)))).toEqual([]);
    expect(await batch.started()).toEqual([]);
  });
});
