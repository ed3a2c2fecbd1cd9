import type { WorkflowHandle } from '@temporalio/client';
import { webhookId } from '../../src/contract/ids.ts';
import { answers, startsUntold } from '../workflows/attempt.ts';
import { Batch } from '../workflows/batches.ts';
import { DAY, SECOND, startCall } from '../workflows/requests.ts';
import { eventually, type World } from '../workflows/world.ts';
import type { Scenario } from './scenario.ts';

const ATTEMPT = { time: '2026-11-25T09:00:00.000Z', url: 'https://example.com/', error: null, durationMs: 5 } as const;
const DELIVERED = { verdict: 'delivered', attempt: { ...ATTEMPT, statusCode: 204 }, retryAfterMs: null } as const;

/** Calls and batches that tell webhooks how they ended. */
export const WEBHOOK_SCENARIOS: readonly Scenario[] = [
  async (world) => {
    world.script.placeCall = answers;
    world.script.hasWebhook = () => true;
    world.script.deliverWebhook = () => Promise.resolve(DELIVERED);
    const call = await startCall(world);
    await call.result();
    return { 'call-told': call.handle };
  },
  async (world) => {
    world.script.placeCall = startsUntold;
    world.script.hasWebhook = () => false;
    world.script.deliverWebhook = () => Promise.resolve(DELIVERED);
    const call = await startCall(world);
    await call.result();
    await world.client.workflow.getHandle(webhookId(call.handle.workflowId, 'start')).result();
    return { 'call-start-told-by-itself': call.handle };
  },
  async (world) => {
    world.script.hasWebhook = () => true;
    world.script.deliverWebhook = firstInVain(3);
    const call = await startCall(world, { dueIn: DAY, deadlineIn: SECOND });
    await call.result();
    const delivery = world.client.workflow.getHandle(webhookId(call.handle.workflowId, 'deadline'));
    await redeliverUntilEnded(delivery);
    return { 'call-told-later': call.handle, 'webhook-delivery': delivery };
  },
  async (world) => {
    hearsOfEnds(world);
    const batch = await Batch.open(world, [{}, { dueIn: DAY }], [{ dueIn: DAY }]);
    await batch.load();
    await batch.cancelHeldCall(1);
    await batch.handle.signal('pauseBatch');
    await batch.seal();
    await batch.handle.signal('cancelBatch', { reason: 'wrong list' });
    await batch.result();
    await untilTold(world, batch.calls);
    return { 'batch-told': batch.handle, 'batch-told-page': batch.page(0) };
  },
  async (world) => {
    hearsOfEnds(world);
    const batch = await Batch.open(world, [{}], [{ dueIn: DAY }]);
    await batch.load();
    await batch.handle.signal('pauseBatch');
    await batch.seal();
    await batch.page(1).cancel();
    await batch.page(1).result();
    await batch.handle.signal('resumeBatch');
    await batch.result();
    await untilTold(world, batch.pages[1] ?? []);
    return { 'batch-page-canceled-before-its-turn': batch.handle, 'page-canceled-before-its-turn': batch.page(1) };
  },
  async (world) => {
    hearsOfEnds(world);
    const batch = await Batch.open(world, [{}], [{ dueIn: DAY }]);
    await batch.load();
    await batch.page(1).cancel();
    await batch.seal();
    await batch.result();
    await untilTold(world, batch.pages[1] ?? []);
    return { 'page-canceled-before-the-seal': batch.page(1) };
  },
];

/** Calls are answered, and a receiver takes what it is told of their ends. */
function hearsOfEnds({ script }: World): void {
  script.placeCall = answers;
  script.hasWebhook = ({ kind }) => kind !== 'start';
  script.deliverWebhook = () => Promise.resolve(DELIVERED);
}

/** Resolves when it has been told of calls that never started. */
async function untilTold({ client }: World, calls: readonly { readonly callId: string }[]): Promise<void> {
  for (const { callId } of calls) await client.workflow.getHandle(webhookId(callId, 'deadline')).result();
}

/** A receiver that is down for the first tries. */
function firstInVain(tries: number): World['script']['deliverWebhook'] {
  let left = tries;
  const inVain = { verdict: 'again', attempt: { ...ATTEMPT, statusCode: 503 }, retryAfterMs: null } as const;
  return () => Promise.resolve(left-- > 0 ? inVain : DELIVERED);
}

async function redeliverUntilEnded(delivery: WorkflowHandle): Promise<void> {
  await eventually(async () => {
    const { status } = await delivery.describe();
    if (status.name === 'RUNNING') await delivery.signal('redeliver').catch(() => undefined); // It has just ended.
    return status.name;
  }).toBe('COMPLETED');
}
