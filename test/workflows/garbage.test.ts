import { describe, expect, it } from 'vitest';
import { answers } from './attempt.ts';
import { Batch } from './batches.ts';
import { GARBAGE, queryRaw, signalRaw, updateRaw } from './garbage.ts';
import { Phone } from './phone.ts';
import { DAY, startCall } from './requests.ts';
import { startTrunk } from './trunks.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld();
const UNDECODABLE = GARBAGE.find(({ what }) => what === 'a payload that cannot be decoded')?.payloads ?? null;

// After each test, `useWorld` fails when a workflow task has failed on the way: none may be wedged.

describe.each(GARBAGE)('With $what', ({ payloads }) => {
  it.each(['dialing', 'answered', 'replanCall', 'noSuchSignal'])(
    'the signal %s tells a call nothing',
    async (signal) => {
      const call = await startCall(world, { dueIn: DAY });
      const before = await call.progress();
      await signalRaw(world, call.handle.workflowId, signal, payloads);
      expect(await call.progress()).toEqual(before);
      world.script.placeCall = answers;
      expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 1 });
    },
  );

  it('the signal cancelCall still ends a call, without a reason of its own', async () => {
    const call = await startCall(world, { dueIn: DAY });
    await signalRaw(world, call.handle.workflowId, 'cancelCall', payloads);
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'request' });
  });

  it('the signal cancelCall hangs up on nobody', async () => {
    const phone = new Phone();
    world.script.placeCall = phone.ring;
    const call = await startCall(world);
    await phone.rings();
    await phone.answer();
    await signalRaw(world, call.handle.workflowId, 'cancelCall', payloads);
    expect(await call.progress()).toMatchObject({ status: 'Running', hangupRequested: false, cancelRequested: false });
    await phone.end('answered');
    expect(await call.result()).toMatchObject({ status: 'Completed' });
  });

  it('the signals of our own tell a batch and its page nothing that would start a call twice', async () => {
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [{}, {}]);
    await batch.load();
    await signalRaw(world, batch.id, 'pageStarted', payloads);
    await signalRaw(world, batch.page().workflowId, 'noSuchSignal', payloads);
    expect(await batch.progress()).toMatchObject({ state: 'Open', pagesStarted: 0 });
    await batch.seal();
    await signalRaw(world, batch.page().workflowId, 'startCalls', payloads);
    expect(await batch.result()).toEqual({ completed: 2, failed: 0, canceled: 0 });
    expect(world.script.placed).toHaveLength(2);
  });

  it('the signal cancelBatch still cancels a batch', async () => {
    const batch = await Batch.open(world, [{ dueIn: DAY }]);
    await batch.load();
    await batch.seal();
    await eventually(() => batch.progress()).toMatchObject({ pagesStarted: 1 });
    await signalRaw(world, batch.id, 'cancelBatch', payloads);
    expect(await batch.result()).toEqual({ completed: 0, failed: 0, canceled: 1 });
  });

  it('the signals pauseTrunk and resumeTrunk still do what they say, without a reason', async () => {
    const trunk = await startTrunk(world);
    await signalRaw(world, trunk.workflowId, 'pauseTrunk', payloads);
    await eventually(() => world.script.configured.at(-1)).toEqual({ paused: true, reason: null });
    await signalRaw(world, trunk.workflowId, 'resumeTrunk', payloads);
    await eventually(() => world.script.configured.at(-1)).toEqual({ paused: false, reason: null });
    await signalRaw(world, trunk.workflowId, 'trunkSettings', payloads);
    await eventually(() => world.script.configured.at(-1)).toBeNull();
    expect(world.script.replanned).toEqual([]);
    await trunk.stop();
  });

  it('the update loadPage is refused, and the page takes its calls afterwards', async () => {
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [{}]);
    expect(await updateRaw(world, batch.page().workflowId, 'loadPage', payloads).catch(() => false)).toBe(false);
    await batch.load();
    await batch.seal();
    expect(await batch.result()).toMatchObject({ completed: 1 });
  });

  it('a call that is held is neither found nor cancelled', async () => {
    const batch = await Batch.open(world, [{}]);
    await batch.load();
    const { workflowId } = batch.page();
    await queryRaw(world, workflowId, 'getHeldCall', payloads).catch(() => undefined);
    await updateRaw(world, workflowId, 'cancelHeldCall', payloads).catch(() => undefined);
    expect(await batch.heldCall(0)).toMatchObject({ status: 'Created' });
    world.script.placeCall = answers;
    await batch.seal();
    expect(await batch.result()).toMatchObject({ completed: 1 });
  });
});

describe('What a workflow does not know', () => {
  it('as a query or an update is refused, with arguments that can be read or not', async () => {
    const call = await startCall(world, { dueIn: DAY });
    const { workflowId } = call.handle;
    await expect(queryRaw(world, workflowId, 'noSuchQuery', null)).rejects.toThrow(/noSuchQuery/);
    await expect(queryRaw(world, workflowId, 'noSuchQuery', UNDECODABLE)).rejects.toThrow();
    for (const payloads of [null, UNDECODABLE]) {
      expect(await updateRaw(world, workflowId, 'noSuchUpdate', payloads)).toBe(false);
    }
    expect(await call.progress()).toMatchObject({ status: 'Pending' });
    await call.cancel();
    await call.result();
  });

  it('as an argument of its queries does not keep them from answering, unless it cannot be read', async () => {
    const call = await startCall(world, { dueIn: DAY });
    const { workflowId } = call.handle;
    for (const { what, payloads } of GARBAGE.slice(0, 6)) {
      await expect(queryRaw(world, workflowId, 'getCall', payloads), what).resolves.toBeUndefined();
    }
    await expect(queryRaw(world, workflowId, 'getCall', UNDECODABLE)).rejects.toThrow();
    expect(await call.progress()).toMatchObject({ status: 'Pending' });
    await call.cancel();
    await call.result();
  });
});
