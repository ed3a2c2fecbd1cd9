import { Context } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { type Attempt, answers, inTurn, lostAfterDialing, untilAborted } from './attempt.ts';
import { Batch } from './batches.ts';
import { eventsOf, historyOf, scheduledActivities } from './history.ts';
import { Phone } from './phone.ts';
import { DAY, startCall } from './requests.ts';
import { workerLost } from './script.ts';
import { hostsUntilCanceled, startTrunk, tell } from './trunks.ts';
import { eventually, useWorld } from './world.ts';

// What the server that skips time does otherwise: a child's termination, the wish of a parent that closes, retries of a
// cancelled activity, priorities, a run that leaves an activity behind.
const world = useWorld('real');

/** A batch whose calls have all been started. */
async function startBatch(...pages: Parameters<typeof Batch.open>[1][]): Promise<Batch> {
  const batch = await Batch.open(world, ...pages);
  await batch.load();
  await batch.seal();
  await eventually(() => batch.progress()).toMatchObject({ pagesStarted: pages.length });
  return batch;
}

describe('What an operator terminates', () => {
  it('as a call of a page counts as canceled', async () => {
    const batch = await startBatch([{ dueIn: DAY }]);
    await batch.call(0).terminate();
    expect(await batch.result()).toEqual({ completed: 0, failed: 0, canceled: 1 });
  });

  it('as a page before it has started does not keep the other pages from starting', async () => {
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [{}], [{}]);
    await batch.load();
    await batch.page(0).terminate();
    await batch.seal();
    expect(await batch.result()).toEqual({ completed: 1, failed: 0, canceled: 0 });
    expect(await batch.started()).toEqual([1]);
  });

  it('as a batch ends its calls that wait, and lets who talks finish', async () => {
    const phone = new Phone();
    world.script.placeCall = phone.ring;
    const batch = await startBatch([{}, { dueIn: DAY }]);
    await phone.rings();
    await phone.answer();
    await batch.handle.terminate();
    await expect(batch.call(1).result()).rejects.toThrow();
    expect((await batch.call(1).describe()).status.name).toBe('CANCELLED');
    await phone.end('answered');
    expect(await batch.call(0).result()).toMatchObject({ status: 'Completed' });
  });
});

describe('A takeover', () => {
  it('that fails after its cancellation was asked for is scheduled anew, since somebody may be on the line', async () => {
    const phone = new Phone();
    world.script.placeCall = lostAfterDialing;
    world.script.takeOver = inTurn(async (attempt: Attempt) => {
      await untilAborted(attempt.cancellation);
      throw workerLost();
    }, phone.goOn);
    const call = await startCall(world);
    await eventually(() => world.script.takenOver.length).toBe(1);
    await call.cancel();
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'request', attempts: 1 });
    expect(scheduledActivities(await historyOf(call.handle))).toEqual(['placeCall', 'takeOver', 'takeOver']);
  });
});

describe('The priority of a call', () => {
  it('is that of its workflow and of its place in the queue of its trunk', async () => {
    world.script.placeCall = answers;
    const batch = await startBatch([{}]);
    await batch.result();
    const history = await historyOf(batch.call(0));
    const [started] = eventsOf(history, 'workflowExecutionStarted');
    const [scheduled] = eventsOf(history, 'activityTaskScheduled');
    for (const attributes of [started, scheduled]) {
      expect(attributes?.priority).toMatchObject({ priorityKey: 2, fairnessKey: 'spring' });
    }
  });
});

describe('A trunk whose host tells it what it goes by', () => {
  it('remembers what it was told, and what it had not done, when it begins a new history', async () => {
    const endHost: (() => void)[] = [];
    const endsWhenTold = () => Promise.race([hostsUntilCanceled(), new Promise<void>((end) => endHost.push(end))]);
    world.script.replanCalls = async () => {
      if (world.script.replanned.length === 1) await Context.current().cancelled.catch(() => undefined);
    };
    const trunk = await startTrunk(world, endsWhenTold);
    await tell(trunk);
    await tell(trunk, { hours: { a: 'h2', b: 'h1', c: 'h1' } });
    await eventually(() => world.script.replanned.length).toBe(1);
    await eventually(() => endHost.length).toBe(1);
    endHost[0]?.();
    await eventually(() => endHost.length).toBe(2);
    await eventually(() => world.script.replanned.map(({ hours }) => hours)).toEqual([['a'], ['a']]);

    await trunk.isSettled();
    await tell(trunk, { hours: { a: 'h2', b: 'h2', c: 'h1' } });
    await eventually(() => world.script.replanned.at(-1)?.hours).toEqual(['b']);
    expect(world.script.rates.slice(1)).not.toContain(undefined);
    await trunk.stop();
  });
});
