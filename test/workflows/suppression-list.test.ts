import { describe, expect, it } from 'vitest';
import type { ImportMemo } from '../../src/contract/suppression-import.ts';
import { startImport, startList } from './contacts.ts';
import { ORG_ID } from './requests.ts';
import { workerLost } from './script.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld();

describe('An import', () => {
  it('hands over every number once, in its order, with its reason', async () => {
    const imported = await startImport(world, 620);
    await imported.result();
    const numbers = world.script.suppressed.flat();
    expect(numbers).toHaveLength(620);
    expect(new Set(numbers.map(({ hash }) => hash)).size).toBe(620);
    expect(numbers.slice(0, 2).map(({ reason }) => reason)).toEqual(['asked', null]);
  });

  it('shows how far it has come, and goes on after a worker was lost', async () => {
    let lost = false;
    world.script.suppressNumbers = async () => {
      await Promise.resolve();
      if (!lost && world.script.suppressed.length === 2) {
        lost = true;
        throw workerLost();
      }
    };
    const imported = await startImport(world, 600);
    await imported.result();
    const { memo } = await imported.describe();
    expect((memo as ImportMemo).import).toEqual({ orgId: ORG_ID, total: 600, done: 600 });
    expect(world.script.suppressed.map(({ length }) => length)).toEqual([250, 250, 250, 100]);
  });
});

describe('The workflow that says that there is a do-not-call list', () => {
  it('is there for good, also where somebody cancels it', async () => {
    const list = await startList(world);
    await list.cancel();
    await eventually(async () => (await list.fetchHistory()).events?.length).toBeGreaterThan(5);
    expect((await list.describe()).status.name).toBe('RUNNING');
    await list.terminate();
  });
});
