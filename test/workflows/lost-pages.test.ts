import { v4 as uuid } from 'uuid';
import { describe, expect, it } from 'vitest';
import { describeWorkflow } from '../../src/temporal/describe-workflow.ts';
import { Batch } from './batches.ts';
import { eventsOf, historyOf } from './history.ts';
import { useHosts } from './hosts.ts';
import { DAY } from './requests.ts';
import { useReceiver } from './webhooks.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld('real');
const receiver = useReceiver(world);
const hosts = useHosts(world, receiver);

const WAITS = { dueIn: DAY };

/** What was told of the calls of a batch: `<index> <reason>`. */
const toldOf = (batch: Batch): string[] =>
  receiver.received
    .filter(({ body }) => String(body.callId).startsWith(batch.id))
    .map(({ body: { callId, reason } }) => `${String(callId).replace(`${batch.id}-`, '')} ${String(reason)}`)
    .sort();

/** A batch that is sealed and paused: none of its pages has started a call, and all of them know that they are accepted. */
async function pausedBatch(...pages: Parameters<typeof Batch.open>[1][]): Promise<Batch> {
  const batch = await Batch.open(world, ...pages);
  await batch.load();
  await batch.handle.signal('pauseBatch');
  await batch.seal();
  for (const number of pages.keys()) {
    const signals = async () => eventsOf(await historyOf(batch.page(number)), 'workflowExecutionSignaled').length;
    await eventually(signals).toBe(1);
  }
  return batch;
}

/** Has several hosts look until that was told, and then once more, which tells nobody again. */
async function untilTold(batch: Batch, told: string[]): Promise<void> {
  for (let opened = 0; opened < 3; opened += 1) hosts.open();
  await eventually(async () => {
    await hosts.look();
    return toldOf(batch);
  }).toEqual(told);
  await looksAgain();
  expect(toldOf(batch)).toEqual(told);
  await untilDelivered(batch);
}

/** Until the deliveries of what was told have ended, too; what a call has told itself has none. */
async function untilDelivered(batch: Batch): Promise<void> {
  const told = receiver.received.filter(({ body }) => String(body.callId).startsWith(batch.id));
  for (const { headers } of told) {
    const id = String(headers['webhook-id']);
    if ((await describeWorkflow(world.client, id)) !== null) await world.client.workflow.getHandle(id).result();
  }
}

/** Another host looks from the beginning, and finds all that there is. */
async function looksAgain(): Promise<void> {
  const before = receiver.received.length;
  hosts.close();
  hosts.open();
  await hosts.look();
  // What it would tell, it tells of a call that is terminated now, too: lists have that one last.
  const marker = await pausedBatch([WAITS]);
  await marker.handle.terminate();
  await eventually(async () => {
    await hosts.look();
    return toldOf(marker);
  }).toEqual(['0 terminated']);
  await untilDelivered(marker);
  expect(receiver.received).toHaveLength(before + 1);
}

/** As an operator does, who resets it to its first task. */
async function reset(workflowId: string): Promise<void> {
  const { events } = await historyOf(world.client.workflow.getHandle(workflowId));
  const first = events?.find(({ workflowTaskCompletedEventAttributes: completed }) => completed != null);
  await world.client.workflowService.resetWorkflowExecution({
    namespace: world.client.options.namespace,
    workflowExecution: { workflowId },
    workflowTaskFinishEventId: first?.eventId,
    requestId: uuid(),
    reason: 'by an operator',
  });
}

describe('A batch that an operator terminates', () => {
  it('has its calls told that had not started, once each, by whichever hosts look', async () => {
    const batch = await pausedBatch([WAITS, WAITS], [WAITS]);
    await batch.cancelHeldCall(1);
    await batch.handle.terminate();
    await untilTold(batch, ['0 terminated', '1 request', '2 terminated']);
  });

  it('that was never sealed was never accepted: nobody is told of its calls', async () => {
    const batch = await Batch.open(world, [WAITS]);
    await batch.load();
    await batch.handle.terminate();
    await looksAgain();
    expect(toldOf(batch)).toEqual([]);
  });
});

describe('A page that an operator terminates', () => {
  it('has those of its calls told that had not started, as they had ended by then; the others tell of themselves', async () => {
    const batch = await Batch.open(world, [{ ...WAITS, deadlineIn: 1 }, WAITS, ...(Array(80).fill(WAITS) as object[])]);
    await batch.load();
    await batch.seal();
    await eventually(async () => (await batch.started()).length).toBeGreaterThan(0);
    await batch.cancelHeldCall(81);
    await batch.page().terminate();
    await batch.result();
    const started = await batch.started();
    expect(started.length).toBeLessThan(81);
    const expected = batch.calls.map((_, index) => {
      if (index === 0) return '0 deadline';
      if (index === 81) return '81 request';
      return `${index} ${started.includes(index) ? 'request' : 'terminated'}`;
    });
    await untilTold(batch, expected.sort());
  });

  it('of an agent without a webhook has nobody told', async () => {
    const other = { facts: { agentId: 'silent' } };
    const batch = await pausedBatch([{ ...WAITS, ...other }]);
    await batch.handle.terminate();
    await looksAgain();
    expect(toldOf(batch)).toEqual([]);
  });

  it('has nobody told where it was reset: it goes on', async () => {
    const batch = await pausedBatch([WAITS]);
    await batch.page().terminate();
    await reset(`${batch.id}-page-0`);
    await looksAgain();
    expect(toldOf(batch)).toEqual([]);
    await batch.page().cancel();
    await batch.page().result();
    await batch.handle.signal('cancelBatch');
    await batch.result();
  });
});

describe('A page that is reset once it has told of its calls', () => {
  it('tells nobody again', async () => {
    const batch = await pausedBatch([WAITS, WAITS]);
    await batch.page().cancel();
    await batch.page().result();
    await eventually(() => toldOf(batch)).toEqual(['0 batch', '1 batch']);
    await untilDelivered(batch);
    await reset(`${batch.id}-page-0`);
    await batch
      .page()
      .cancel()
      .catch(() => undefined);
    await batch.page().result();
    expect(toldOf(batch)).toEqual(['0 batch', '1 batch']);
    await batch.handle.signal('cancelBatch');
    await batch.result();
  });
});
