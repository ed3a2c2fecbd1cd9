import { describe, expect, it } from 'vitest';
import {
  ADDITIONAL_DATA,
  AGENT_ID,
  BATCH_ID,
  CALL_DEADLINE,
  CALL_STATUS,
  ENDPOINT_HASH,
  NEXT_SCHEDULE_TIME,
  ORG_ID,
  PRIORITY,
  TRUNK,
} from '../../src/contract/search-attributes.ts';
import type { Plan } from '../../src/contract/call.ts';
import type { WaitingCall } from '../../src/domain/plan-anew.ts';
import { answers, endsAs } from './attempt.ts';
import { Batch } from './batches.ts';
import { childrenOf, historyOf } from './history.ts';
import { Phone } from './phone.ts';
import { DAY, HOUR, MINUTE } from './requests.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld();

/** A batch whose calls have all been started. */
async function startBatch(...calls: Parameters<typeof Batch.open>[1][number][]): Promise<Batch> {
  const batch = await Batch.open(world, calls);
  await batch.load();
  await batch.seal();
  await eventually(() => batch.progress()).toMatchObject({ pagesStarted: 1 });
  return batch;
}

describe('A page', () => {
  it('that is loaded twice has its calls once: those that came first', async () => {
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [{}, {}]);
    await batch.load();
    await batch.load(); // as the API does after a lost answer: the update's ID is the same
    const others = batch.calls.map((call) => ({ ...call, callId: `${call.callId}-again` }));
    await batch.page().executeUpdate('loadPage', { args: [others], updateId: 'another' });
    await batch.seal();
    expect(await batch.result()).toEqual({ completed: 2, failed: 0, canceled: 0 });
    expect(world.script.placed).toHaveLength(2);
    expect(childrenOf(await historyOf(batch.page())).sort()).toEqual(batch.calls.map(({ callId }) => callId));
  });

  it('starts more calls than it starts at once', async () => {
    world.script.placeCall = answers;
    const batch = await startBatch(...Array.from({ length: 60 }, () => ({})));
    expect(await batch.result()).toEqual({ completed: 60, failed: 0, canceled: 0 });
    expect(new Set(world.script.placed.map(({ placement }) => placement)).size).toBe(60);
  });

  it('starts each call with its memo, its search attributes and its summary', async () => {
    const batch = await startBatch({ dueIn: HOUR });
    const [call] = batch.calls;
    const { memo, typedSearchAttributes: found, ...described } = await batch.call(0).describe();
    expect(memo).toEqual({ call: call?.facts });
    expect(
      [ORG_ID, AGENT_ID, BATCH_ID, TRUNK, CALL_STATUS, ENDPOINT_HASH, PRIORITY].map((key) => found.get(key)),
    ).toEqual(['acme', 'reminder', batch.id, 'demo', 'Pending', 'hash-of-the-endpoint', 5]);
    expect(found.get(NEXT_SCHEDULE_TIME)?.toISOString()).toBe(call?.input.plan.at);
    expect(found.get(CALL_DEADLINE)?.toISOString()).toBe(call?.facts.callDeadline);
    expect(found.get(ADDITIONAL_DATA)).toEqual(['campaignId=spring']);
    expect(await described.staticSummary?.()).toBe('reminder → +1555•••0001');
    await batch.handle.cancel();
    await batch.result();
  });

  it('counts a call that an operator has cancelled, one way or the other, as canceled', async () => {
    const batch = await startBatch({ dueIn: DAY }, { dueIn: DAY });
    await batch.call(0).cancel();
    await batch.call(1).signal('cancelCall');
    expect(await batch.result()).toEqual({ completed: 0, failed: 0, canceled: 2 });
  });
});

describe('A call whose workflow has not started', () => {
  it('is held by its page, which answers for it', async () => {
    const batch = await Batch.open(world, [{ dueIn: HOUR }]);
    expect(await batch.heldCall(0)).toBeNull(); // not loaded yet
    await batch.load();
    const [call] = batch.calls;
    expect(await batch.heldCall(0)).toMatchObject({ facts: call?.facts, input: call?.input, status: 'Created' });
    expect(await batch.heldCall(7)).toBeNull();
    await batch.seal();
    await eventually(() => batch.heldCall(0)).toBeNull(); // its own workflow answers now
    await batch.handle.cancel();
    await batch.result();
  });

  it('can be cancelled: it is never started, and counts', async () => {
    world.script.placeCall = endsAs('declined');
    const batch = await Batch.open(world, [{}, {}]);
    await batch.load();
    expect(await batch.cancelHeldCall(0)).toBe(true);
    expect(await batch.heldCall(0)).toMatchObject({ status: 'Canceled' });
    expect(await batch.heldCall(1)).toMatchObject({ status: 'Created' });
    await batch.seal();
    expect(await batch.result()).toEqual({ completed: 0, failed: 1, canceled: 1 });
    expect(await batch.started()).toEqual([1]);
    expect(await batch.heldCall(0)).toMatchObject({ status: 'Canceled' }); // the page still answers for it
  });

  it('that is not of this page, or has started, cannot be cancelled there', async () => {
    const batch = await startBatch({ dueIn: DAY });
    expect(await batch.cancelHeldCall(0)).toBe(false);
    expect(await batch.cancelHeldCall(7)).toBe(false);
    expect((await batch.call(0).describe()).status.name).toBe('RUNNING');
    await batch.handle.cancel();
    await batch.result();
  });
});

describe('Cancelling a page', () => {
  it('that has not started keeps all of its calls from starting, and counts them', async () => {
    const batch = await Batch.open(world, [{}, {}]);
    await batch.load();
    await batch.page().cancel();
    await batch.seal();
    expect(await batch.page().result()).toEqual({ completed: 0, failed: 0, canceled: 2, unstarted: 2 });
    expect(await batch.heldCall(0)).toMatchObject({ status: 'Canceled' });
    expect(await batch.result()).toEqual({ completed: 0, failed: 0, canceled: 2 });
    expect(await batch.started()).toEqual([]);
  });

  it('ends what waits, and lets who talks finish', async () => {
    const phone = new Phone();
    world.script.placeCall = phone.ring;
    const batch = await startBatch({}, { dueIn: MINUTE });
    await phone.rings();
    await phone.answer();
    await batch.page().cancel();
    expect(await batch.call(1).result()).toMatchObject({ status: 'Canceled', reason: 'batch' });
    await phone.end('answered');
    expect(await batch.result()).toEqual({ completed: 1, failed: 0, canceled: 1 });
  });
});

describe('A page that starts its calls when hours may have changed', () => {
  it('plans those anew that would sleep, and no others', async () => {
    const asked: string[] = [];
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [{}, { dueIn: 2 * DAY }, { dueIn: DAY }, { dueIn: HOUR }]);
    world.script.planUnstarted = planned(batch, asked);
    await batch.load();
    await batch.seal();
    await eventually(() => batch.progress()).toMatchObject({ pagesStarted: 1 });
    expect(asked).toEqual(batch.calls.slice(1).map(({ input }) => input.plan.at));
    const shown = (await batch.call(1).describe()).typedSearchAttributes;
    expect(shown.get(NEXT_SCHEDULE_TIME)).toEqual(new Date(batch.calls[3]?.input.plan.at ?? ''));
    await batch.handle.signal('cancelBatch');
    expect(await batch.result()).toEqual({ completed: 1, failed: 0, canceled: 3 });
  });

  it('asks nobody where a batch of an earlier version lets it start', async () => {
    world.script.planUnstarted = () => {
      throw new Error('asked');
    };
    const batch = await Batch.open(world, [{ dueIn: DAY }]);
    await batch.load();
    await batch.page().signal('startCalls');
    await eventually(async () => (await batch.started()).length).toBe(1);
    await batch.seal();
    await batch.handle.signal('cancelBatch');
    expect(await batch.result()).toMatchObject({ canceled: 1 });
  });
});

/** Gives the second call the time of the fourth. */
const planned =
  (batch: Batch, asked: string[]) =>
  ({ plan }: WaitingCall): Plan | null => {
    asked.push(plan.at);
    const [, second, , fourth] = batch.calls;
    return plan.at === second?.input.plan.at ? (fourth?.input.plan ?? null) : null;
  };
