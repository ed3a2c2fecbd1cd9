import { describe, expect, it } from 'vitest';
import { Batch } from './batches.ts';
import { eventsOf, historyOf } from './history.ts';
import { DAY } from './requests.ts';
import { useReceiver } from './webhooks.ts';
import { eventually, useWorld } from './world.ts';

// Deliveries are children that are left behind: the server that skips time does otherwise with those.
const world = useWorld('real');
const receiver = useReceiver(world);

/** What was told of the calls of a batch, in the order of the request: `<index> <reason>`. */
const toldOf = (batch: Batch): string[] =>
  receiver.received
    .filter(({ body }) => body.type === 'CallDeadLineWebHookPayload')
    .map(({ body: { callId, reason } }) => `${String(callId).replace(`${batch.id}-`, '')} ${String(reason)}`)
    .sort();

const WAITS = { dueIn: DAY };

/** A batch whose pages have their calls, before its seal. */
async function loadedBatch(...pages: Parameters<typeof Batch.open>[1][]): Promise<Batch> {
  const batch = await Batch.open(world, ...pages);
  await batch.load();
  return batch;
}

/** The signals that a batch has sent its pages, in order: `<page> <signal>`. */
async function signalsOf(batch: Batch): Promise<string[]> {
  const sent = eventsOf(await historyOf(batch.handle), 'signalExternalWorkflowExecutionInitiated');
  return sent.map(({ workflowExecution, signalName }) => {
    const page = String(workflowExecution?.workflowId).replace(`${batch.id}-page-`, '');
    return `${page} ${signalName}`;
  });
}

describe('A page that an operator cancels before its turn', () => {
  it.each([0, 1])('tells of each of its calls, once: page %i of a batch that is paused', async (number) => {
    const batch = await loadedBatch([WAITS, WAITS], [WAITS]);
    await batch.handle.signal('pauseBatch');
    await batch.seal();
    await batch.page(number).cancel();
    await batch.page(number).result();
    const own = number === 0 ? ['0 batch', '1 batch'] : ['2 batch'];
    await eventually(() => toldOf(batch)).toEqual(own);
    await batch.handle.signal('cancelBatch');
    await batch.result();
    await eventually(() => toldOf(batch)).toEqual(['0 batch', '1 batch', '2 batch']);
  });

  it('tells of them while another page starts its calls', async () => {
    const batch = await loadedBatch(Array(30).fill(WAITS) as (typeof WAITS)[], [WAITS, WAITS]);
    await batch.seal();
    await batch.page(1).cancel();
    await batch.page(1).result();
    await eventually(() => toldOf(batch)).toEqual(['30 batch', '31 batch']);
    await batch.handle.cancel();
    await batch.result();
  });

  it.each([0, 1])('tells of them once the batch is sealed, where that comes later: page %i', async (number) => {
    const batch = await loadedBatch([WAITS], [WAITS]);
    await batch.page(number).cancel();
    await batch.seal();
    await batch.page(number).result();
    await eventually(() => toldOf(batch)).toEqual([`${number} batch`]);
    await batch.handle.cancel();
    await batch.result();
  });

  it('tells nobody where the batch is never sealed: its calls were not accepted', async () => {
    const batch = await loadedBatch([WAITS], [WAITS]);
    await batch.page(1).cancel();
    await batch.handle.cancel();
    await expect(batch.result()).rejects.toThrow();
    expect(world.script.told).toEqual([]);
  });
});

describe('A batch', () => {
  it('tells pages that their calls are accepted only where these have to wait', async () => {
    const batch = await loadedBatch([WAITS], [WAITS], [WAITS]);
    await batch.seal();
    await eventually(() => batch.progress()).toMatchObject({ pagesStarted: 3 });
    const told = await signalsOf(batch);
    expect(told.filter((one) => one.endsWith(' tellCanceled'))).toEqual(['1 tellCanceled', '2 tellCanceled']);
    const alone = await loadedBatch([WAITS]);
    await alone.seal();
    await eventually(() => alone.progress()).toMatchObject({ pagesStarted: 1 });
    expect(await signalsOf(alone)).toEqual(['0 startCalls']);
    for (const one of [batch, alone]) {
      await one.handle.cancel();
      await one.result();
    }
  });
});
