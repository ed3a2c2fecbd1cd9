import { describe, expect, it } from 'vitest';
import { answers, endsAs, inTurn } from './attempt.ts';
import { scheduledActivities, historyOf } from './history.ts';
import { Phone } from './phone.ts';
import { HOUR, startCall, startQueuedCall, THREE_ATTEMPTS } from './requests.ts';
import { useReceiver } from './webhooks.ts';
import { useWorld } from './world.ts';

const world = useWorld();

const receiver = useReceiver(world);

describe('a call that ends', () => {
  it('is told once, as completed, with what was said', async () => {
    world.script.placeCall = async (attempt) => {
      await attempt.dialing();
      await attempt.answered();
      return attempt.ended('answered', { transcription: 'Hello?', postCallAnalysis: { mood: 'good' } });
    };
    const call = await startCall(world);
    expect(await call.result()).toMatchObject({ status: 'Completed' });
    expect(receiver.received.map(({ body }) => body)).toEqual([
      {
        type: 'CompletedWebHookPayload',
        status: 'Completed',
        callId: call.handle.workflowId,
        agentId: 'reminder',
        orgId: 'acme',
        endpoint: '+15550100001',
        callAdditionalData: { name: 'Ada' },
        agentAdditionalData: { clinic: 'Northside' },
        durationSeconds: 0,
        transcription: 'Hello?',
        result: { finishReason: 'answered', postCallAnalysis: { mood: 'good' } },
      },
    ]);
  });

  it('is told as failed once its attempts are used up, and not before', async () => {
    world.script.placeCall = inTurn(endsAs('busy'), endsAs('busy'), async (attempt) => {
      await attempt.dialing();
      return attempt.ended('no-answer', { errorMessage: 'nobody there' });
    });
    const call = await startCall(world, { retry: THREE_ATTEMPTS });
    const { completedTime } = await call.result();
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]?.body).toMatchObject({
      type: 'FailedWebHookPayload',
      status: 'Failed',
      createdTime: call.call.facts.createdTime,
      completedTime,
      errorMessage: 'nobody there',
    });
  });

  it('is told as canceled with its reason, at its deadline and on request', async () => {
    const late = await startCall(world, { dueIn: 2 * HOUR, deadlineIn: HOUR });
    await late.result();
    const canceled = await startQueuedCall(world);
    await canceled.cancel({ reason: 'paid already' });
    await canceled.result();
    expect(receiver.received.map(({ body: { type, status, reason } }) => ({ type, status, reason }))).toEqual([
      { type: 'CallDeadLineWebHookPayload', status: 'Canceled', reason: 'deadline' },
      { type: 'CallDeadLineWebHookPayload', status: 'Canceled', reason: 'paid already' },
    ]);
  });

  it('is told when its workflow is cancelled natively, too', async () => {
    const call = await startCall(world, { dueIn: HOUR });
    await call.handle.cancel();
    await expect(call.result()).rejects.toThrow();
    expect(receiver.typesOf()).toEqual(['CallDeadLineWebHookPayload']);
  });

  it('says why it was not dialed', async () => {
    const message = 'The pre-dial check said no: paid already';
    world.script.placeCall = () => Promise.resolve({ kind: 'not-dialed', because: 'predial', message });
    const call = await startCall(world);
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'predial' });
    expect(receiver.received[0]?.body).toMatchObject({ reason: 'predial' });
  });

  it('shows as ended while it is told', async () => {
    world.script.placeCall = answers;
    const call = await startCall(world);
    let seen: unknown;
    const deliver = world.script.deliverWebhook;
    world.script.deliverWebhook = async (event) => {
      seen = await call.progress();
      return await deliver(event);
    };
    const result = await call.result();
    expect(seen).toMatchObject({ status: 'Completed', result });
  });

  it('schedules nothing for a webhook that there is not', async () => {
    world.script.hasWebhook = () => false;
    world.script.placeCall = answers;
    const call = await startCall(world);
    await call.result();
    expect(scheduledActivities(await historyOf(call.handle))).toEqual(['placeCall']);
  });
});

describe('a call that is dialed', () => {
  it('is told to have ended only once it has', async () => {
    const phone = new Phone();
    world.script.placeCall = phone.ring;
    const call = await startCall(world);
    await phone.rings();
    await phone.answer();
    expect(receiver.received).toEqual([]);
    await phone.end('answered');
    await call.result();
    expect(receiver.typesOf()).toEqual(['CompletedWebHookPayload']);
  });
});
