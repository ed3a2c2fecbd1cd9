import { describe, expect, it } from 'vitest';
import { historyOf } from '../workflows/history.ts';
import { useWorld } from '../workflows/world.ts';
import { writeHistory } from './histories.ts';
import { SCENARIOS } from './scenarios.ts';

// Not a test: `npm run record-histories` writes what the replay test reads, into a folder of its own. Record anew when a
// workflow may take a new way, and keep what was recorded before for as long as workflows of that time may run.
describe('Recording', () => {
  const world = useWorld('real');

  it('writes the history of every scenario', async () => {
    for (const run of SCENARIOS) {
      for (const [name, handle] of Object.entries(await run(world))) {
        writeHistory(name, await historyOf(handle));
      }
      await world.endTest();
    }
    expect(SCENARIOS.length).toBeGreaterThan(0);
  });
});
