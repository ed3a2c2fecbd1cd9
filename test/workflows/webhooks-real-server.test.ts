import { describe, expect, it } from 'vitest';
import { webhookId } from '../../src/contract/ids.ts';
import { fitEnd, MOST_ANALYSIS_BYTES, MOST_TEXT_BYTES, MOST_TRANSCRIPT_BYTES } from '../../src/domain/fit-end.ts';
import { getDeliveryQuery } from '../../src/contract/messages.ts';
import { answers, startsUntold } from './attempt.ts';
import { Batch } from './batches.ts';
import { Phone } from './phone.ts';
import { Later } from './later.ts';
import { DAY, startCall } from './requests.ts';
import { useReceiver } from './webhooks.ts';
import { eventually, useWorld } from './world.ts';

// What the server that skips time does otherwise: children that are left behind, and those that are terminated.
const world = useWorld('real');
const receiver = useReceiver(world);

/** What was told of the calls of a batch: the end of each, by its place in the request. */
const endsOf = (batch: Batch): Record<string, unknown> =>
  Object.fromEntries(
    receiver.received
      .filter(({ body }) => body.type !== 'BatchCompletedWebHookPayload')
      .map(({ body: { callId, status, reason } }) => [String(callId).replace(`${batch.id}-`, ''), reason ?? status]),
  );

async function openBatch(...pages: Parameters<typeof Batch.open>[1][]): Promise<Batch> {
  const batch = await Batch.open(world, ...pages);
  await batch.load();
  return batch;
}

describe('A delivery', () => {
  it('is tried again at once where somebody asks for it, whatever it waits for', async () => {
    receiver.reply = () => ({ status: 503, headers: { 'retry-after': '36000' } });
    world.script.placeCall = answers;
    const call = await startCall(world);
    await call.result();
    const delivery = world.client.workflow.getHandle(webhookId(call.handle.workflowId, 'completed'));
    await eventually(async () => (await delivery.query(getDeliveryQuery)).nextAttemptTime).not.toBeNull();
    receiver.reply = () => ({ status: 200 });
    await delivery.signal('redeliver', { garbage: true });
    expect(await delivery.result()).toMatchObject({ status: 'delivered', attempts: [{}, { statusCode: 200 }] });
    expect(receiver.received).toHaveLength(2);
  });
});

describe('An end as large as a workflow carries', () => {
  it('goes through: into the history, to a receiver that fails at first, and to a delivery of its own', async () => {
    const transcription = 'é'.repeat((MOST_TRANSCRIPT_BYTES - 2) / 2);
    const postCallAnalysis = 'a'.repeat(MOST_ANALYSIS_BYTES - 2);
    const errorMessage = 'm'.repeat(MOST_TEXT_BYTES - 2);
    const additionalData = { text: 'v'.repeat(64 * 1024) };
    receiver.reply = () => ({ status: receiver.received.length === 1 ? 503 : 204 });
    world.script.placeCall = async (attempt) => {
      const { kind, ...outcome } = await answers(attempt);
      if (kind !== 'ended' || !('end' in outcome)) throw new Error('Expected an end');
      const end = fitEnd({ ...outcome.end, transcription, postCallAnalysis, errorMessage });
      return { ...outcome, kind, end };
    };
    const call = await startCall(world, { facts: { additionalData } });
    expect(await call.result()).toMatchObject({ status: 'Completed' });
    const delivery = world.client.workflow.getHandle(webhookId(call.handle.workflowId, 'completed'));
    await delivery.signal('redeliver');
    expect(await delivery.result()).toMatchObject({ status: 'delivered', attempts: [{}, {}] });
    expect(receiver.received.at(-1)?.body).toMatchObject({
      transcription,
      callAdditionalData: additionalData,
      result: { postCallAnalysis },
    });
  });
});

describe('The start of an attempt', () => {
  it('that its worker could not leave to a delivery is left to one by the call, which ends all the same', async () => {
    world.script.placeCall = startsUntold;
    world.script.hasWebhook = () => false;
    const call = await startCall(world);
    expect(await call.result()).toMatchObject({ status: 'Completed' });
    const delivery = world.client.workflow.getHandle(webhookId(call.handle.workflowId, 'start'));
    // Nobody is told by the world's configuration, which has no webhook for starts.
    expect(await delivery.result()).toMatchObject({ event: 'start', status: 'stopped' });
    expect(world.script.told.map(({ payload }) => payload)).toEqual([
      {
        type: 'StartWebHookPayload',
        status: 'Running',
        callId: call.handle.workflowId,
        agentId: 'reminder',
        orgId: 'acme',
        endpoint: '+15550100001',
        callAdditionalData: { name: 'Ada' },
      },
    ]);
  });
});

describe('A batch', () => {
  it('is told once all its calls have ended, with its counts', async () => {
    world.script.placeCall = answers;
    const batch = await openBatch([{}, {}], [{ dueIn: DAY, deadlineIn: 1 }]);
    await batch.seal();
    await batch.result();
    const told = receiver.received.filter(({ body }) => body.type === 'BatchCompletedWebHookPayload');
    expect(told.map(({ body, headers }) => ({ ...body, id: headers['webhook-id'] }))).toEqual([
      {
        type: 'BatchCompletedWebHookPayload',
        status: 'Completed',
        batchId: batch.id,
        batchName: null,
        agentId: 'reminder',
        orgId: 'acme',
        createdTime: batch.calls[0]?.facts.createdTime,
        completedTime: expect.any(String) as string,
        total: 3,
        counts: { Completed: 2, Failed: 0, Canceled: 1 },
        id: `webhook-${batch.id}-batch-completed`,
      },
    ]);
    expect(receiver.received.at(-1)?.body.type).toBe('BatchCompletedWebHookPayload');
  });

  it('that is cancelled is told of every call, also of those that never start, once each', async () => {
    const batch = await openBatch([{ dueIn: DAY }, { dueIn: DAY }, { dueIn: DAY }], [{ dueIn: DAY }]);
    await batch.cancelHeldCall(1);
    await batch.handle.signal('pauseBatch');
    await batch.seal();
    await batch.handle.signal('cancelBatch');
    await batch.result();
    await eventually(() => endsOf(batch)).toEqual({ 0: 'batch', 1: 'request', 2: 'batch', 3: 'batch' });
    expect(receiver.received.map(({ body }) => body.status)).toEqual(Array(5).fill('Canceled'));
  });

  it('that was never sealed was never accepted: nobody is told of it', async () => {
    const batch = await openBatch([{ dueIn: DAY }]);
    await batch.handle.cancel();
    await expect(batch.result()).rejects.toThrow();
    expect(receiver.received).toEqual([]);
    expect(world.script.told).toEqual([]);
  });
});

describe('What has ended, while it is told', () => {
  /** Holds the receiver's first answer back; resolves to what lets it go, once it was asked. */
  function heldBack(): { asked: Promise<void>; goOn: () => void } {
    const asked = new Later<void>();
    const goOn = new Later<void>();
    const deliver = world.script.deliverWebhook;
    world.script.deliverWebhook = async (event) => {
      asked.resolve();
      await goOn.promise;
      return await deliver(event);
    };
    return { asked: asked.promise, goOn: () => goOn.resolve() };
  }

  it('keeps the reason that it is told with, also where somebody cancels its workflow', async () => {
    const { asked, goOn } = heldBack();
    const call = await startCall(world, { dueIn: DAY });
    await call.cancel({ reason: 'paid already' });
    await asked;
    await call.handle.cancel();
    goOn();
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'paid already' });
    expect(receiver.received.map(({ body }) => body.reason)).toEqual(['paid already']);
  });

  it('stays a batch that has completed, also where somebody cancels it', async () => {
    world.script.placeCall = answers;
    world.script.hasWebhook = ({ kind }) => kind === 'batch';
    const { asked, goOn } = heldBack();
    const batch = await openBatch([{}]);
    await batch.seal();
    await asked;
    await batch.handle.signal('cancelBatch');
    await batch.handle.signal('pauseBatch');
    expect(await batch.progress()).toMatchObject({ state: 'Running', reason: null });
    goOn();
    await batch.result();
    expect(receiver.received.map(({ body }) => body.status)).toEqual(['Completed']);
  });
});

describe('A batch that an operator terminates', () => {
  it('leaves its calls to tell how they ended', async () => {
    const phone = new Phone();
    world.script.placeCall = phone.ring;
    const batch = await openBatch([{}, { dueIn: DAY }]);
    await batch.seal();
    await phone.rings();
    await phone.answer();
    await batch.handle.terminate();
    await expect(batch.call(1).result()).rejects.toThrow();
    await phone.end('answered');
    await batch.call(0).result();
    expect(endsOf(batch)).toEqual({ 0: 'Completed', 1: 'request' });
  });
});
