import { describe, expect, it } from 'vitest';
import { toInstant } from '../../src/domain/instant.ts';
import { answers, inTurn, type Turn } from './attempt.ts';
import { aDay, anAttempt, Contact, NO_LIMITS } from './contacts.ts';
import { GARBAGE, signalRaw, updateRaw } from './garbage.ts';
import { eventsOf, historyOf } from './history.ts';
import { DAY, HOUR, MINUTE, SECOND, startCall, type StartedCall } from './requests.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld();

/** Time goes on until nothing counts any more. */
async function untilForgotten(contact: Contact): Promise<void> {
  await world.sleep(8 * DAY);
  await contact.ends();
}

const [first, second, third] = [anAttempt(), anAttempt(), anAttempt()];

describe('A number that may be called once at a time', () => {
  it('is the first one’s who asks, and anybody’s once that is over', async () => {
    const contact = new Contact(world);
    expect(await contact.ask(first)).toEqual({ kind: 'granted' });
    expect(await contact.ask(second)).toMatchObject({ kind: 'busy' });
    await contact.release(first);
    expect(await contact.ask(second)).toEqual({ kind: 'granted' });
    await contact.release(second);
    await untilForgotten(contact);
  });

  it('is free again at the end of its lease, where nobody could say that the call is over', async () => {
    const contact = new Contact(world);
    await contact.ask(first, NO_LIMITS, 5 * MINUTE);
    const answer = await contact.ask(second);
    if (answer.kind !== 'busy') throw new Error('Expected it to be busy');
    expect(Date.parse(answer.until) - (await world.now())).toBeLessThanOrEqual(5 * MINUTE);
    await world.sleep(Date.parse(answer.until) - (await world.now()) - SECOND);
    expect(await contact.ask(second)).toMatchObject({ kind: 'busy' });
    await world.sleep(2 * SECOND);
    expect(await contact.ask(second)).toEqual({ kind: 'granted' });
    await untilForgotten(contact);
  });

  it('is asked for again after ten minutes at the latest, however long its lease', async () => {
    const contact = new Contact(world);
    await contact.ask(first);
    const answer = await contact.ask(second);
    if (answer.kind !== 'busy') throw new Error('Expected it to be busy');
    expect(Date.parse(answer.until) - (await world.now())).toBeLessThanOrEqual(10 * MINUTE);
    await untilForgotten(contact);
  });

  it('is renewed for whoever has it and asks again, and counted once', async () => {
    const contact = new Contact(world);
    const once = aDay(1);
    for (let asked = 0; asked < 3; asked += 1) {
      expect(await contact.ask(first, once, 5 * MINUTE)).toEqual({ kind: 'granted' });
      await world.sleep(4 * MINUTE);
    }
    expect(await contact.ask(second, once)).toMatchObject({ kind: 'busy' });
    expect((await contact.record()).attempts).toHaveLength(1);
    await untilForgotten(contact);
  });

  it('is not freed by whoever does not have it', async () => {
    const contact = new Contact(world);
    await contact.ask(first);
    await contact.release(second);
    await contact.release(second, false);
    expect(await contact.ask(third)).toMatchObject({ kind: 'busy' });
    await untilForgotten(contact);
  });
});

describe('A number that may be called twice a day', () => {
  it('is refused the third time, until the first attempt is a day old', async () => {
    const contact = new Contact(world);
    await contact.ask(first, aDay(2));
    const firstAt = (await contact.record()).attempts[0]?.at ?? 0;
    await contact.release(first);
    await world.sleep(10 * HOUR);
    await contact.ask(second, aDay(2));
    await contact.release(second);
    const refused = { kind: 'limit', until: toInstant(firstAt + DAY) };
    expect(await contact.ask(third, aDay(2))).toEqual(refused);
    await world.sleep(13 * HOUR);
    expect(await contact.ask(third, aDay(2))).toEqual(refused);
    await world.sleep(HOUR + MINUTE);
    expect(await contact.ask(third, aDay(2))).toEqual({ kind: 'granted' });
    await untilForgotten(contact);
  });

  it('is refused by the rules of whoever asks: all attempts count, by whatever rules they were made', async () => {
    const contact = new Contact(world);
    await contact.ask(first);
    await contact.release(first);
    expect(await contact.ask(second, { maxAttemptsPerDay: null, maxAttemptsPerWeek: 1 })).toMatchObject({
      kind: 'limit',
    });
    expect(await contact.ask(second, aDay(2))).toEqual({ kind: 'granted' });
    await untilForgotten(contact);
  });

  it('does not count an attempt that was never dialed', async () => {
    const contact = new Contact(world);
    await contact.ask(first, aDay(1));
    await contact.release(first, false);
    expect(await contact.ask(second, aDay(1))).toEqual({ kind: 'granted' });
    await untilForgotten(contact);
  });
});

/** What a call hears whose number another one has, for ten minutes. */
const isBusy: Turn = async () => {
  const at = toInstant((await world.now()) + 10 * MINUTE);
  return { kind: 'not-now', plan: { at, waitingFor: 'contact-busy', summary: 'another call has its number' } };
};

/** Without that time is skipped meanwhile. */
const hasEnded = ({ handle }: StartedCall) =>
  eventually(async () => (await handle.describe()).status.name).toBe('COMPLETED');

describe('A call that waits for its number', () => {
  it('goes out as soon as that is free', async () => {
    const contact = new Contact(world);
    await contact.ask(first);
    const gone = await startCall(world, { dueIn: DAY });
    await contact.ask(anAttempt(gone.handle.workflowId));
    await gone.cancel();
    await hasEnded(gone);

    world.script.placeCall = inTurn(isBusy, answers);
    const waiting = await startCall(world);
    await eventually(() => waiting.waitingFor()).toMatchObject({ for: 'contact-busy' });
    await contact.ask(anAttempt(waiting.handle.workflowId));
    // The one that is gone is passed over.
    await contact.release(first);
    await hasEnded(waiting);
    expect(world.script.placed).toHaveLength(2);
    await untilForgotten(contact);
  });

  it('goes out at once where the number was freed before the call had heard that it was taken', async () => {
    const wakes: Turn = async (attempt) => {
      await world.client.workflow.getHandle(attempt.workflow.callId).signal('wakeCall');
      return await isBusy(attempt);
    };
    world.script.placeCall = inTurn(wakes, answers);
    const call = await startCall(world);
    await hasEnded(call);
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 1 });
  });

  it('does not keep the next one waiting where it was not woken, and got the number by asking again', async () => {
    world.script.placeCall = inTurn(isBusy, answers);
    const contact = new Contact(world);
    await contact.ask(first);
    const [deaf, own] = [await startCall(world, { dueIn: DAY }), await startCall(world, { dueIn: DAY })];
    const next = await startCall(world);
    await eventually(() => next.waitingFor()).toMatchObject({ for: 'contact-busy' });
    for (const { handle } of [deaf, own, next]) await contact.ask(anAttempt(handle.workflowId));
    await contact.release(first);
    expect(await contact.ask(anAttempt(own.handle.workflowId))).toEqual({ kind: 'granted' });
    await contact.release(anAttempt(own.handle.workflowId));
    await hasEnded(next);
    for (const call of [deaf, own]) {
      await call.cancel();
      await hasEnded(call);
    }
    await untilForgotten(contact);
  });

  it('lets the next one have its turn where it is not allowed to call itself', async () => {
    world.script.placeCall = inTurn(isBusy, isBusy, answers, answers);
    const contact = new Contact(world);
    await contact.ask(first);
    const calls = [await startCall(world), await startCall(world)];
    for (const call of calls) {
      await eventually(() => call.waitingFor()).toMatchObject({ for: 'contact-busy' });
      await contact.ask(anAttempt(call.handle.workflowId));
    }
    await contact.release(first);
    await eventually(() => world.script.placed.length).toBe(3);
    expect(await contact.ask(anAttempt(calls[0]?.handle.workflowId), aDay(1))).toMatchObject({ kind: 'limit' });
    await eventually(() => world.script.placed.length).toBe(4);
    for (const call of calls) await hasEnded(call);
    await untilForgotten(contact);
  });
});

describe('A number on the do-not-call list', () => {
  it('is granted to nobody, and tells why and since when without asking a worker', async () => {
    const contact = new Contact(world);
    const { since } = await contact.workflows.suppress(contact.ref, 'asked on the phone');
    expect(await contact.ask(first)).toEqual({ kind: 'suppressed', reason: 'asked on the phone' });
    await eventually(() => contact.workflows.suppression(contact.ref)).toEqual({ reason: 'asked on the phone', since });
    expect(await contact.workflows.unsuppress(contact.ref)).toBe(true);
    await contact.ends();
    expect(await contact.workflows.suppression(contact.ref)).toBeNull();
    expect(await contact.workflows.unsuppress(contact.ref)).toBe(false);
  });

  it('stays on it for years, whatever is forgotten, and keeps its date when it is put there again', async () => {
    const contact = new Contact(world);
    await contact.ask(first);
    const { since } = await contact.workflows.suppress(contact.ref, null);
    await world.sleep(300 * DAY);
    expect(await contact.workflows.suppress(contact.ref, 'again')).toEqual({ reason: 'again', since });
    expect(await contact.record()).toMatchObject({ lease: null, attempts: [], suppression: { reason: 'again' } });
    await contact.handle.cancel();
    expect(await contact.workflows.suppression(contact.ref)).toEqual({ reason: 'again', since });
    await contact.workflows.unsuppress(contact.ref);
    await contact.ends();
  });

  it('is still counted and still taken, once it is off the list again', async () => {
    const contact = new Contact(world);
    await contact.ask(first);
    await contact.workflows.suppress(contact.ref, null);
    await contact.workflows.unsuppress(contact.ref);
    expect(await contact.ask(second)).toMatchObject({ kind: 'busy' });
    await untilForgotten(contact);
  });
});

describe('The workflow of a number', () => {
  it('costs one timer a week, however often it is asked', async () => {
    const contact = new Contact(world);
    for (let asked = 0; asked < 5; asked += 1) {
      await contact.ask(first);
      await contact.release(first);
    }
    expect(eventsOf(await historyOf(contact.handle), 'timerStarted')).toHaveLength(1);
    await untilForgotten(contact);
  });

  it('ends at once where it was asked for nothing that it would have to keep', async () => {
    const contact = new Contact(world);
    await contact.ask(first);
    await contact.release(first, false);
    await contact.ends();
  });

  it('ends by itself where somebody has started it by hand', async () => {
    const contact = new Contact(world);
    await world.client.workflow.start('contactPolicy', { workflowId: contact.workflowId, taskQueue: 'outdial' });
    await contact.handle.query('getContact');
    await world.sleep(MINUTE);
    await contact.ends();
  });

  it('loses nobody’s question, even those that come while it ends', async () => {
    const contact = new Contact(world);
    const asked = Array.from({ length: 8 }, async () => {
      const identity = anAttempt();
      for (let turn = 0; turn < 10; turn += 1) {
        const { kind } = await contact.ask(identity);
        expect(['granted', 'busy']).toContain(kind);
        await contact.release(identity, false);
      }
    });
    await Promise.all(asked);
    await untilForgotten(contact);
  });

  it('begins a new run once its history is long, and has forgotten nothing', async () => {
    const contact = new Contact(world);
    await contact.workflows.suppress(contact.ref, 'for good');
    const before = (await contact.handle.describe()).runId;
    const ask = () => Promise.all(Array.from({ length: 100 }, () => contact.ask(anAttempt())));
    for (let round = 0; round < 40 && (await contact.handle.describe()).runId === before; round += 1) await ask();
    expect((await contact.handle.describe()).runId).not.toBe(before);
    expect(await contact.ask(first)).toEqual({ kind: 'suppressed', reason: 'for good' });
    expect(await contact.workflows.suppression(contact.ref)).toMatchObject({ reason: 'for good' });
    await contact.workflows.unsuppress(contact.ref);
    await contact.ends();
  });
});

describe.each(GARBAGE)('With $what', ({ payloads }) => {
  it('the signal of a release frees nothing, and a question is refused', async () => {
    const contact = new Contact(world);
    await contact.ask(first);
    await signalRaw(world, contact.workflowId, 'releaseContact', payloads);
    expect(await updateRaw(world, contact.workflowId, 'requestContact', payloads).catch(() => false)).toBe(false);
    expect(await contact.ask(second)).toMatchObject({ kind: 'busy' });
    await contact.release(first);
    expect(await contact.ask(second)).toEqual({ kind: 'granted' });
    await untilForgotten(contact);
  });

  it('the do-not-call list takes a number all the same, unless nothing of it can be read', async () => {
    const contact = new Contact(world);
    await contact.ask(first);
    const isTaken = await updateRaw(world, contact.workflowId, 'suppressContact', payloads).catch(() => false);
    expect((await contact.record()).suppression !== null).toBe(isTaken);
    await contact.workflows.unsuppress(contact.ref);
    await untilForgotten(contact);
  });
});
