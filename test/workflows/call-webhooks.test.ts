import { describe, expect, it } from 'vitest';
import { webhookId } from '../../src/contract/ids.ts';
import type { Delivery } from '../../src/contract/webhook.ts';
import { answers, endsAs, inTurn } from './attempt.ts';
import { scheduledActivities, historyOf } from './history.ts';
import { Phone } from './phone.ts';
import { DAY, HOUR, MINUTE, startCall, type StartedCall, startQueuedCall, THREE_ATTEMPTS } from './requests.ts';
import { workerLost } from './script.ts';
import { useReceiver } from './webhooks.ts';
import { useWorld } from './world.ts';

const world = useWorld();

const receiver = useReceiver(world);

const describes = async (call: StartedCall, event: string): Promise<string> => {
  const found = await world.client.workflow
    .getHandle(webhookId(call.handle.workflowId, event))
    .describe()
    .catch(() => null);
  return found?.status.name ?? 'none';
};

/** Lets time pass until the delivery has ended. */
async function ended(call: StartedCall, event: string): Promise<Delivery> {
  return (await world.resultOfAbandoned(webhookId(call.handle.workflowId, event))) as Delivery;
}

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
    expect(await describes(call, 'completed')).toBe('none');
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

describe('a receiver', () => {
  const failing = async (): Promise<StartedCall> => {
    world.script.placeCall = answers;
    const call = await startCall(world);
    await call.result();
    return call;
  };

  it('that answers 410 is not asked again', async () => {
    receiver.reply = () => ({ status: 410 });
    const call = await failing();
    expect(receiver.received).toHaveLength(1);
    expect(await describes(call, 'completed')).toBe('none');
  });

  it('that is down for 30 hours gets every event once it is up, and once each', async () => {
    const opened = await world.now();
    const isUp = async (): Promise<boolean> => (await world.now()) - opened >= 30 * HOUR;
    const deliver = world.script.deliverWebhook;
    await receiver.down();
    world.script.deliverWebhook = async (event) => {
      if ((await isUp()) && !receiver.isUp) await receiver.up();
      return await deliver(event);
    };
    const calls = [await failing(), await failing(), await failing()];
    for (const call of calls) {
      const delivery = await ended(call, 'completed');
      expect(delivery.status).toBe('delivered');
      expect(delivery.attempts.at(-1)).toMatchObject({ statusCode: 204 });
      expect(delivery.attempts[0]).toMatchObject({ statusCode: null, error: 'connection refused' });
    }
    expect((await world.now()) - opened).toBeLessThan(40 * HOUR);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set(calls.map((call) => webhookId(call.handle.workflowId, 'completed'))),
    );
    expect(receiver.received).toHaveLength(3);
  });

  it('that never comes back is given up after 72 hours', async () => {
    receiver.reply = () => ({ status: 500 });
    const opened = await world.now();
    const delivery = await ended(await failing(), 'completed');
    expect(delivery).toMatchObject({ status: 'expired', nextAttemptTime: null });
    expect((await world.now()) - opened).toBeGreaterThanOrEqual(3 * DAY);
    expect((await world.now()) - opened).toBeLessThan(3 * DAY + MINUTE);
  });

  it('that says Retry-After is left alone for as long', async () => {
    receiver.reply = () => ({ status: receiver.received.length === 1 ? 429 : 200, headers: { 'retry-after': '7200' } });
    const opened = await world.now();
    await ended(await failing(), 'completed');
    expect(receiver.received).toHaveLength(2);
    expect((await world.now()) - opened).toBeGreaterThanOrEqual(2 * HOUR);
  });
});

describe('a worker that is lost while it tells', () => {
  it('is followed by another one', async () => {
    world.script.placeCall = answers;
    const deliver = world.script.deliverWebhook;
    let isLost = false;
    world.script.deliverWebhook = async (event) => {
      if (isLost) return await deliver(event);
      isLost = true;
      throw workerLost('for good');
    };
    const call = await startCall(world);
    expect(await call.result()).toMatchObject({ status: 'Completed' });
    expect(await ended(call, 'completed')).toMatchObject({ status: 'delivered' });
    expect(receiver.typesOf()).toEqual(['CompletedWebHookPayload']);
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
