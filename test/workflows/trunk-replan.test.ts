import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { ORG_ID } from './requests.ts';
import { startTrunk, tell } from './trunks.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld();

/** Resolves when all that was told so far has been heeded. */
const rate = (callsPerSecond: number | null) => eventually(() => world.script.rates.at(-1)).toBe(callsPerSecond);

describe('A trunk whose host tells it what it goes by', () => {
  it('counts from what it is told first, and sets the rate that it is told', async () => {
    const trunk = await startTrunk(world);
    await trunk.isSettled();
    await tell(trunk);
    await rate(5);
    await tell(trunk, { callsPerSecond: null });
    await rate(null);
    await trunk.handle.signal('resumeTrunk');
    await eventually(() => world.script.configured.at(-1)).not.toBeNull();
    expect(world.script.rates).toEqual([undefined, 5, null, null]);
    expect(world.script.replanned).toEqual([]);
    await trunk.stop();
  });

  it('has the calls planned anew of agents whose hours have changed, or that are new or switched on', async () => {
    const trunk = await startTrunk(world);
    await tell(trunk);
    await tell(trunk, { hours: { a: 'h2', c: 'h1', d: 'h1' }, disabled: ['d'] });
    await eventually(() => world.script.replanned).toEqual([
      {
        orgId: ORG_ID,
        trunk: trunk.trunk,
        hours: ['a', 'd'],
        enabled: ['c'],
        rules: { hours: { a: 'h2', c: 'h1', d: 'h1' }, disabled: ['d'] },
      },
    ]);
    await trunk.isSettled();
    await tell(trunk, { hours: { a: 'h2', c: 'h1' }, disabled: [], callsPerSecond: 7 }); // one is gone
    await rate(7);
    expect(world.script.replanned).toHaveLength(1);
    await trunk.stop();
  });

  it('begins anew with all of them when there is more to plan before it has done, by the latest rules', async () => {
    let canceled = 0;
    world.script.replanCalls = async () => {
      if (world.script.replanned.length > 2) return;
      await Context.current().cancelled.catch(() => (canceled += 1));
    };
    const trunk = await startTrunk(world);
    await tell(trunk);
    await tell(trunk, { hours: { a: 'h2', b: 'h1', c: 'h1' } });
    await eventually(() => world.script.replanned.length).toBe(1);
    await tell(trunk, { hours: { a: 'h3', b: 'h2', c: 'h1' } });
    await eventually(() => world.script.replanned.length).toBe(2);
    await tell(trunk, { hours: { b: 'h2', c: 'h1' }, disabled: [] });
    await eventually(() => world.script.replanned.length).toBe(3);
    const asked = world.script.replanned.map(({ hours, enabled, rules }) => [hours, enabled, rules.hours]);
    expect(asked).toEqual([
      [['a'], [], { a: 'h2' }],
      [['a', 'b'], [], { a: 'h3', b: 'h2' }],
      [['b'], ['c'], { b: 'h2', c: 'h1' }],
    ]);
    await eventually(() => canceled).toBe(2);
    await trunk.isSettled();
    await tell(trunk, { hours: { b: 'h2', c: 'h2' }, disabled: [] });
    await eventually(() => world.script.replanned.at(-1)?.hours).toEqual(['c']);
    await trunk.stop();
  });

  it('goes on where an operator has ended the planning', async () => {
    world.script.replanCalls = () => {
      if (world.script.replanned.length > 1) return Promise.resolve();
      return Promise.reject(ApplicationFailure.nonRetryable('by an operator'));
    };
    const trunk = await startTrunk(world);
    await tell(trunk);
    await tell(trunk, { hours: { a: 'h2', b: 'h1', c: 'h1' } });
    await eventually(() => world.script.replanned.length).toBe(1);
    await trunk.isSettled();
    await tell(trunk, { hours: { a: 'h2', b: 'h3', c: 'h1' } });
    await eventually(() => world.script.replanned.at(-1)?.hours).toEqual(['b']);
    await trunk.stop();
  });
});
