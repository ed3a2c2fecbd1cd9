import { Context } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { Later } from './later.ts';
import { workerLost } from './script.ts';
import { hostsUntilCanceled, startTrunk } from './trunks.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld();

describe('The workflow of a trunk', () => {
  it('begins with the configured rate, and leaves a pause as it is', async () => {
    const trunk = await startTrunk(world);
    await eventually(() => world.script.configured).toEqual([null]);
    expect(await trunk.state()).toEqual({ paused: false, reason: null, since: null });
    await trunk.stop();
  });

  it('applies pause and resume, each in its turn, and shows what has been applied', async () => {
    const trunk = await startTrunk(world);
    await trunk.handle.signal('pauseTrunk', { reason: 'the carrier is down' });
    await eventually(() => trunk.state()).toMatchObject({ paused: true, reason: 'the carrier is down' });
    await trunk.handle.signal('resumeTrunk');
    await eventually(() => trunk.state()).toMatchObject({ paused: false, reason: null });
    expect(world.script.configured.slice(-2)).toEqual([
      { paused: true, reason: 'the carrier is down' },
      { paused: false, reason: null },
    ]);
    await trunk.stop();
  });

  it('ends with what was asked for last, when more is asked for while it still applies something', async () => {
    const applying = new Later<void>();
    world.script.configureTrunk = async (wanted) => {
      await applying.promise;
      return { paused: wanted?.paused ?? false, reason: wanted?.reason ?? null, since: null };
    };
    const trunk = await startTrunk(world);
    await eventually(() => world.script.configured.length).toBe(1);
    await trunk.handle.signal('pauseTrunk', { reason: 'first' });
    await trunk.handle.signal('resumeTrunk');
    await trunk.handle.signal('pauseTrunk', { reason: 'last' });
    await trunk.state(); // it knows
    applying.resolve();
    await eventually(() => trunk.state()).toMatchObject({ paused: true, reason: 'last' });
    expect(world.script.configured).toEqual([null, { paused: true, reason: 'last' }]);
    await trunk.stop();
  });

  it('does not take a pause back that was set elsewhere, when its rate changes after a resume', async () => {
    const trunk = await startTrunk(world);
    await trunk.handle.signal('resumeTrunk');
    await eventually(() => world.script.configured.at(-1)).toEqual({ paused: false, reason: null });
    await trunk.handle.signal('trunkSettings');
    await eventually(() => world.script.configured.at(-1)).toBeNull();
    await trunk.stop();
  });

  it('has its lines hosted again, as often as a host ends', async () => {
    const hosted: string[] = [];
    const trunk = await startTrunk(world, async () => {
      hosted.push('host');
      if (hosted.length < 3) throw workerLost();
      return await hostsUntilCanceled();
    });
    await eventually(() => hosted.length).toBe(3);
    await trunk.stop();
  });

  it('begins anew when its host says that it is done, and has its lines hosted again', async () => {
    const hosted: string[] = [];
    const trunk = await startTrunk(world, async () => {
      hosted.push('host');
      if (hosted.length > 1) await hostsUntilCanceled();
    });
    await eventually(() => hosted.length).toBe(2);
    expect((await trunk.handle.describe()).runId).not.toBe(trunk.handle.firstExecutionRunId);
    await trunk.stop();
  });

  it('ends, when it is cancelled, only after its host has closed the lines', async () => {
    const closing = new Later<void>();
    const isCanceled = new Later<void>();
    const trunk = await startTrunk(world, async () => {
      await Context.current().cancelled.catch(() => undefined);
      isCanceled.resolve();
      await closing.promise;
      Context.current().cancellationSignal.throwIfAborted();
    });
    await trunk.isSettled();
    await trunk.handle.cancel();
    await isCanceled.promise;
    expect((await trunk.handle.describe()).status.name).toBe('RUNNING');
    closing.resolve();
    await expect(trunk.handle.result()).rejects.toThrow();
    expect((await trunk.handle.describe()).status.name).toBe('CANCELLED');
  });
});
