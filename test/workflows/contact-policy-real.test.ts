import { describe, expect, it } from 'vitest';
import { aDay, anAttempt, Contact } from './contacts.ts';
import { useWorld } from './world.ts';

// How a server treats questions that come while a run ends, or begins anew, the one that skips time does not show.
const world = useWorld('real');

describe('The workflow of a number', () => {
  it('loses nobody’s question, even those that come while it ends', async () => {
    const contact = new Contact(world);
    const runs = new Set<string>();
    // One attempt, renewed: no call is kept waiting, and the run ends whenever nothing is left.
    const identity = anAttempt();
    const asked = Array.from({ length: 8 }, async () => {
      for (let turn = 0; turn < 12; turn += 1) {
        expect(['granted', 'suppressed']).toContain((await contact.ask(identity)).kind);
        await contact.workflows.suppress(contact.ref, null);
        runs.add((await contact.handle.describe()).runId);
        await contact.release(identity, false);
        await contact.workflows.unsuppress(contact.ref);
      }
    });
    await Promise.all(asked);
    expect(runs.size).toBeGreaterThan(2);
    await contact.ends();
  });

  it('loses nobody’s question while it begins a new run, and has forgotten nothing', async () => {
    const contact = new Contact(world);
    await contact.ask(anAttempt(), aDay(1));
    const { attempts } = await contact.record();
    const { since } = await contact.workflows.suppress(contact.ref, 'for good');
    const before = (await contact.handle.describe()).runId;
    const runId = async (): Promise<string> => (await contact.handle.describe()).runId;
    const asked = Array.from({ length: 8 }, async () => {
      while ((await runId()) === before) {
        for (let turn = 0; turn < 10; turn += 1) expect((await contact.ask(anAttempt())).kind).toBe('suppressed');
      }
    });
    await Promise.all(asked);
    expect(await contact.workflows.suppression(contact.ref)).toEqual({ reason: 'for good', since });
    expect((await contact.record()).attempts).toEqual(attempts);
    await contact.handle.terminate();
  });
});
