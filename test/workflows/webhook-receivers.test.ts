import { describe, expect, it } from 'vitest';
import { webhookId } from '../../src/contract/ids.ts';
import type { Delivery } from '../../src/contract/webhook.ts';
import { answers } from './attempt.ts';
import { DAY, HOUR, MINUTE, startCall, type StartedCall } from './requests.ts';
import { workerLost } from './script.ts';
import { useReceiver } from './webhooks.ts';
import { useWorld } from './world.ts';

// Apart from other tests, since time may pass here at any moment.
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
