import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { batchCallId } from '../../src/contract/ids.ts';
import { editCallUpdate, editHeldCallUpdate } from '../../src/contract/messages.ts';
import { toInstant } from '../../src/domain/instant.ts';
import {
  answers,
  endsAs,
  inTurn,
  lostAfterDialing,
  lostBeforeDialing,
  reachesVoicemail,
  waitsForALine,
} from '../workflows/attempt.ts';
import { Batch } from '../workflows/batches.ts';
import { aDay, anAttempt, Contact, startImport, startList } from '../workflows/contacts.ts';
import { Phone } from '../workflows/phone.ts';
import { DAY, SECOND, startCall, type StartedCall, startQueuedCall, THREE_ATTEMPTS } from '../workflows/requests.ts';
import { startTrunk, tell } from '../workflows/trunks.ts';
import { eventually, type World } from '../workflows/world.ts';
import type { Scenario } from './scenario.ts';
import { WEBHOOK_SCENARIOS } from './webhook-scenarios.ts';

const soon: World['script']['planRetry'] = () => ({
  at: toInstant(Date.now() + SECOND),
  waitingFor: 'retry-delay',
  summary: 'waits to try again',
});

/** An edit after which a call goes out in a moment. */
const editedTo =
  (summary: string, inMs = 0): World['script']['resolveEdit'] =>
  ({ facts, input }) => {
    const at = toInstant(Date.now() + inMs);
    const plan = { at, waitingFor: 'scheduled-time', summary } as const;
    const call = { facts: { ...facts, scheduledTime: at }, input: { ...input, plan }, endpointHash: 'hash' };
    return { kind: 'edited', call: { ...call, changed: ['scheduledTime'] } };
  };

const ended = async (name: string, call: StartedCall): Promise<Record<string, WorkflowHandle>> => {
  await call.result().catch(() => undefined); // a native cancellation ends one, too
  return { [name]: call.handle };
};

/** What is recorded: between them, every way that a workflow of ours can take. */
export const SCENARIOS: readonly Scenario[] = [
  ...WEBHOOK_SCENARIOS,
  async (world) => {
    world.script.placeCall = answers;
    return await ended('call-answered', await startCall(world));
  },
  async (world) => {
    world.script.placeCall = inTurn(endsAs('busy'), endsAs('no-answer'), answers);
    world.script.planRetry = soon;
    return await ended('call-slept-and-retried', await startCall(world, { dueIn: SECOND, retry: THREE_ATTEMPTS }));
  },
  async (world) => {
    world.script.placeCall = reachesVoicemail;
    world.script.planRetry = soon;
    const wish = { retry: { ...THREE_ATTEMPTS, maxAttempts: 2 }, input: { onVoicemail: 'retry' } } as const;
    return await ended('call-attempts-used-up', await startCall(world, wish));
  },
  async (world) => {
    world.script.placeCall = inTurn(endsAs('carrier-rejected'), endsAs('agent-unavailable'), answers);
    world.script.planRetry = soon;
    return await ended('call-refused-and-tried-again', await startCall(world));
  },
  async (world) => {
    const plan = { at: toInstant(Date.now() + SECOND), waitingFor: 'agent-disabled', summary: 'is disabled' } as const;
    world.script.placeCall = inTurn(() => Promise.resolve({ kind: 'not-now', plan }), answers);
    return await ended('call-held-back', await startCall(world));
  },
  async (world) => {
    // A worker whose clock is a second behind.
    const at = toInstant(Date.now() - SECOND);
    const plan = { at, waitingFor: 'calling-window', summary: 'waits until 09:00' } as const;
    const askedTime = toInstant(Date.parse(at) - SECOND);
    world.script.placeCall = inTurn(() => Promise.resolve({ kind: 'not-now', plan, askedTime }), answers);
    return await ended('call-held-back-by-a-clock-behind', await startCall(world));
  },
  async (world) => await ended('call-deadline-asleep', await startCall(world, { dueIn: DAY, deadlineIn: SECOND })),
  async (world) => await ended('call-deadline-queued', await startQueuedCall(world, { deadlineIn: 2 * SECOND })),
  async (world) => {
    world.script.placeCall = inTurn(lostBeforeDialing, answers);
    return await ended('call-placed-again', await startCall(world));
  },
  async (world) => {
    world.script.placeCall = inTurn(lostAfterDialing, lostAfterDialing);
    const answered: typeof answers = (attempt) => Promise.resolve(attempt.ended('answered'));
    world.script.takeOver = inTurn(() => Promise.resolve({ kind: 'never-placed' }), lostBeforeDialing, answered);
    return await ended('call-taken-over', await startCall(world));
  },
  async (world) => {
    const phone = new Phone();
    world.script.placeCall = phone.ring;
    const call = await startCall(world);
    await phone.rings();
    await call.cancel({ reason: 'a change of plan' });
    return await ended('call-cancelled-ringing', call);
  },
  async (world) => {
    const phone = new Phone();
    world.script.placeCall = phone.ring;
    const call = await startCall(world);
    await phone.rings();
    await phone.answer();
    await call.cancel({ hangup: true });
    return await ended('call-hung-up', call);
  },
  async (world) => {
    const call = await startCall(world, { dueIn: DAY });
    await call.progress();
    await call.handle.cancel();
    return await ended('call-cancelled-natively', call);
  },
  async (world) => {
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [{}, { dueIn: DAY }, {}], [{}]);
    await batch.load();
    await batch.cancelHeldCall(2);
    await batch.seal();
    await eventually(() => batch.progress()).toMatchObject({ pagesStarted: 2 });
    await eventually(async () => (await batch.page(1).describe()).status.name).toBe('COMPLETED');
    await batch.handle.signal('cancelBatch', { reason: 'wrong list' });
    await batch.result();
    return { batch: batch.handle, 'batch-page': batch.page(0), 'batch-call': batch.call(1) };
  },
  async (world) => {
    world.script.placeCall = answers;
    const call = await startCall(world, { dueIn: DAY });
    await call.handle.executeUpdate(editCallUpdate, { args: [{ priority: 9 }] });
    world.script.resolveEdit = editedTo('may go out now');
    await call.handle.executeUpdate(editCallUpdate, { args: [{}] });
    return await ended('call-edited-asleep', call);
  },
  async (world) => {
    world.script.placeCall = inTurn(waitsForALine, answers);
    const call = await startCall(world);
    await eventually(() => world.script.placed.length).toBe(1);
    world.script.resolveEdit = editedTo('waits a second', SECOND);
    await call.handle.executeUpdate(editCallUpdate, { args: [{}] });
    return await ended('call-edited-queued', call);
  },
  async (world) => {
    const plan = { at: toInstant(Date.now() + DAY), waitingFor: 'batch-paused', summary: 'is paused' } as const;
    world.script.placeCall = inTurn(() => Promise.resolve({ kind: 'not-now', plan }), answers);
    const call = await startCall(world);
    await eventually(() => call.waitingFor()).toMatchObject({ for: 'batch-paused' });
    await call.handle.signal('wakeCall');
    return await ended('call-woken', call);
  },
  async (world) => {
    const plan = { at: toInstant(Date.now() + SECOND), waitingFor: 'calling-window', summary: 'opens soon' } as const;
    world.script.planAnew = () => plan;
    world.script.placeCall = answers;
    const call = await startCall(world, { dueIn: DAY });
    await call.progress();
    await call.handle.signal('replanCall', { schedule: null });
    return await ended('call-planned-anew', call);
  },
  async (world) => {
    const now = { at: toInstant(Date.now()), waitingFor: null, summary: 'may go out now' };
    world.script.planUnstarted = () => now;
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [{}, { dueIn: DAY }]);
    await batch.load();
    await batch.seal();
    await batch.result();
    return { 'batch-planned-anew': batch.handle, 'batch-planned-anew-page': batch.page(0) };
  },
  async (world) => {
    world.script.placeCall = () => Promise.resolve({ kind: 'not-dialed', because: 'batch' });
    return await ended('call-of-a-canceled-batch', await startCall(world));
  },
  async (world) => {
    const message = 'The endpoint is of no country that can be told';
    world.script.placeCall = () => Promise.resolve({ kind: 'not-dialed', because: 'country-not-allowed', message });
    return await ended('call-to-a-country-not-allowed', await startCall(world));
  },
  async (world) => {
    world.script.placeCall = answers;
    const batch = await Batch.open(world, [{}, { deadlineIn: SECOND }, {}], [{}]);
    await batch.load();
    await batch.page(0).executeUpdate(editHeldCallUpdate, { args: [batchCallId(batch.id, 0), { priority: 9 }] });
    await batch.handle.signal('pauseBatch', { reason: 'a complaint' });
    await batch.seal();
    await world.sleep(2 * SECOND);
    await batch.handle.signal('resumeBatch');
    await batch.result();
    return { 'batch-paused': batch.handle, 'batch-paused-page': batch.page(0) };
  },
  async (world) => {
    const batch = await Batch.open(world, [{ dueIn: DAY }], [{ dueIn: DAY }]);
    await batch.load();
    await batch.handle.signal('pauseBatch');
    await batch.seal();
    await batch.handle.signal('cancelBatch', { reason: 'wrong list' });
    await batch.result();
    return { 'batch-canceled-paused': batch.handle, 'batch-canceled-paused-page': batch.page(1) };
  },
  async (world) => {
    const batch = await Batch.open(world, [{}]);
    await batch.load();
    await batch.handle.cancel();
    await batch.result().catch(() => undefined);
    return { 'batch-never-sealed': batch.handle, 'batch-never-sealed-page': batch.page(0) };
  },
  async (world) => {
    const plan = { at: toInstant(Date.now() + DAY), waitingFor: 'contact-busy', summary: 'is called' } as const;
    world.script.placeCall = inTurn(() => Promise.resolve({ kind: 'not-now', plan }), answers);
    const contact = new Contact(world);
    const [first, second, gone] = [anAttempt(), anAttempt(), anAttempt()];
    await contact.ask(first, aDay(1));
    await contact.ask(gone, aDay(1));
    const call = await startCall(world);
    await eventually(() => call.waitingFor()).toMatchObject({ for: 'contact-busy' });
    await contact.ask(anAttempt(call.handle.workflowId), aDay(1));
    await contact.release(first);
    await call.result();
    await contact.ask(second, aDay(1));
    await contact.workflows.suppress(contact.ref, 'asked on the phone');
    await contact.ask(second, aDay(1));
    await contact.release(first, false);
    await contact.workflows.unsuppress(contact.ref);
    await contact.ends();
    return { contact: contact.handle, 'call-woken-for-its-number': call.handle };
  },
  async (world) => {
    world.script.placeCall = async (attempt) => {
      await world.client.workflow.getHandle(attempt.workflow.callId).signal('wakeCall');
      world.script.placeCall = answers;
      const at = toInstant(Date.now() + DAY);
      return { kind: 'not-now', plan: { at, waitingFor: 'contact-busy', summary: 'is called' } };
    };
    return await ended('call-woken-before-it-waited', await startCall(world));
  },
  async (world) => {
    world.script.placeCall = () => Promise.resolve({ kind: 'not-dialed', because: 'suppressed', message: 'asked' });
    return await ended('call-suppressed', await startCall(world));
  },
  async (world) => {
    const list = await startList(world);
    await list.cancel();
    const imported = await startImport(world, 300);
    await imported.result();
    await list.terminate();
    return { 'suppression-list': list, 'suppression-import': imported };
  },
  async (world) => {
    const trunk = await startTrunk(world);
    await trunk.handle.signal('pauseTrunk', { reason: 'the carrier is down' });
    await eventually(() => trunk.state()).toMatchObject({ paused: true });
    await trunk.handle.signal('resumeTrunk');
    await eventually(() => trunk.state()).toMatchObject({ paused: false });
    await trunk.stop();
    return { trunk: trunk.handle };
  },
  async (world) => {
    world.script.replanCalls = async () => {
      // Begun anew for the second change.
      if (world.script.replanned.length === 1) await Context.current().cancelled.catch(() => undefined);
    };
    const trunk = await startTrunk(world);
    await tell(trunk);
    await tell(trunk, { hours: { a: 'h2', b: 'h1', c: 'h1' } });
    await eventually(() => world.script.replanned.length).toBe(1);
    await tell(trunk, { hours: { a: 'h2', b: 'h2', c: 'h1' }, disabled: [] });
    await eventually(() => world.script.replanned.length).toBe(2);
    await trunk.stop();
    return { 'trunk-follows': trunk.handle };
  },
];
