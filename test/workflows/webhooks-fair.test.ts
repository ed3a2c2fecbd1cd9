import { v4 as uuid } from 'uuid';
import { expect, it } from 'vitest';
import { startDeliveryOptions } from '../../src/contract/start-delivery.ts';
import { endEvent, UNSEEN_END } from '../../src/domain/webhook-events.ts';
import { pageCall } from './requests.ts';
import { eventually, useWorld, WEBHOOK_TRIES_AT_ONCE } from './world.ts';

// The server that skips time knows no fairness.
const world = useWorld('real');

/** Starts the delivery of an event of that agent, and does not wait for it. */
async function startDelivery(agentId: string): Promise<string> {
  const now = Date.now();
  const { facts } = pageCall(now, { facts: { agentId } });
  const times = { createdTime: facts.createdTime, completedTime: facts.createdTime };
  const event = endEvent(uuid(), facts, { ...UNSEEN_END, ...times, status: 'Canceled', reason: 'request' });
  await world.start('webhookDelivery', startDeliveryOptions({ event, attempts: [], retryAfterMs: null }));
  return event.id;
}

it('agents take turns: one whose receiver does not answer keeps no event of another waiting for all of its own', async () => {
  const waiting: (() => void)[] = [];
  world.script.deliverWebhook = () => new Promise((resolve) => void waiting.push(() => resolve({ verdict: 'nobody' })));
  const slow = await Promise.all(
    Array.from({ length: 2 * WEBHOOK_TRIES_AT_ONCE }, () => startDelivery('a'.repeat(64))),
  );
  await eventually(() => world.script.told.length).toBe(WEBHOOK_TRIES_AT_ONCE);
  const other = await startDelivery('reminder');
  await eventually(async () => {
    const { raw } = await world.client.workflow.getHandle(other).describe();
    return raw.pendingActivities?.length;
  }).toBe(1);
  // One after the other: of several that are let go at the same moment, all may have others handed out before it.
  const letGo = setInterval(() => waiting.shift()?.(), 50);
  await Promise.all([...slow, other].map((id) => world.client.workflow.getHandle(id).result()));
  clearInterval(letGo);
  expect(world.script.told.findIndex(({ id }) => id === other)).toBeLessThan(1.5 * WEBHOOK_TRIES_AT_ONCE);
});
