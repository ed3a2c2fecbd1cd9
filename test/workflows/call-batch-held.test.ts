import { describe, expect, it } from 'vitest';
import type { HeldFilter, HeldList } from '../../src/contract/batch.ts';
import type { EditAnswer } from '../../src/contract/call.ts';
import { batchCallId } from '../../src/contract/ids.ts';
import { editHeldCallUpdate, listHeldCallsQuery } from '../../src/contract/messages.ts';
import { toInstant } from '../../src/domain/instant.ts';
import { answers } from './attempt.ts';
import { Batch } from './batches.ts';
import { DAY, MINUTE } from './requests.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld();

describe('The calls that a page holds', () => {
  const NEVER = '2000-01-01T00:00:00.000Z';
  const list = (batch: Batch, filter: Partial<HeldFilter> = {}): Promise<HeldList> =>
    batch.page().query(listHeldCallsQuery, { now: NEVER, from: 0, take: 100, ...filter });
  const places = ({ calls }: HeldList): number[] => calls.map(({ place }) => place);

  it('are listed in the order in which they start, from any place on', async () => {
    const batch = await Batch.open(world, [{ dueIn: DAY }, { dueIn: DAY }, { dueIn: DAY }]);
    await batch.load();
    expect(await list(batch)).toMatchObject({ matching: 3, calls: [{ callId: `${batch.id}-0`, place: 0 }, {}, {}] });
    expect(places(await list(batch, { from: 1, take: 1 }))).toEqual([1]);
    expect(await list(batch, { take: 0 })).toEqual({ matching: 3, calls: [] });
    await batch.handle.cancel();
    await batch.result().catch(() => undefined);
  });

  it('are found by their status, as of when it is asked for, and by what can be searched', async () => {
    const batch = await Batch.open(world, [{ dueIn: DAY, deadlineIn: 2 * DAY }, { dueIn: DAY }]);
    await batch.load();
    await batch.cancelHeldCall(1);
    expect(places(await list(batch, { statuses: ['Created'] }))).toEqual([0]);
    expect(places(await list(batch, { statuses: ['Canceled'] }))).toEqual([1]);
    const later = toInstant((await world.now()) + 3 * DAY);
    expect(places(await list(batch, { statuses: ['Canceled'], now: later }))).toEqual([0, 1]);
    expect(places(await list(batch, { searchable: ['campaignId=spring'] }))).toEqual([0, 1]);
    expect(places(await list(batch, { searchable: ['campaignId=autumn'] }))).toEqual([]);
    await batch.handle.cancel();
    await batch.result().catch(() => undefined);
  });

  it('are no longer held once their workflows have started', async () => {
    const batch = await Batch.open(world, [{ dueIn: DAY }, { dueIn: DAY }]);
    await batch.load();
    await batch.seal();
    await eventually(() => batch.progress()).toMatchObject({ pagesStarted: 1, holding: [] });
    expect(await list(batch)).toEqual({ matching: 0, calls: [] });
    await batch.handle.cancel();
    await batch.result();
  });

  it('can be edited before they start, and start as what they were edited to', async () => {
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [{}, {}]);
    await batch.load();
    const edit = (index: number, priority: number): Promise<EditAnswer | null> =>
      batch.page().executeUpdate(editHeldCallUpdate, { args: [batchCallId(batch.id, index), { priority }] });
    expect(await edit(0, 9)).toMatchObject({ kind: 'edited', call: { changed: ['priority'] } });
    expect(await edit(7, 9)).toBeNull();
    await batch.cancelHeldCall(1);
    expect(await edit(1, 9)).toEqual({ kind: 'too-late', status: 'Canceled' });
    expect(await batch.heldCall(0)).toMatchObject({ facts: { priority: 9 } });
    await batch.seal();
    await batch.result();
    expect(world.script.placed).toMatchObject([{ priority: 9 }]);
    expect(await edit(0, 10).catch(() => null)).toBeNull(); // its own workflow is asked now
  });

  it('whose deadline has passed are never started', async () => {
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [
      { dueIn: 0, deadlineIn: MINUTE },
      { dueIn: 0, deadlineIn: DAY },
    ]);
    await batch.load();
    await world.sleep(2 * MINUTE);
    await batch.seal();
    expect(await batch.result()).toEqual({ completed: 1, failed: 0, canceled: 1 });
    expect(await batch.started()).toEqual([1]);
    expect(await batch.heldCall(0)).toMatchObject({ status: 'Canceled', reason: 'deadline' });
  });
});
