import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { answers, inTurn, lostWhileTalking, reachesVoicemail, waitsForALine } from './attempt.ts';
import { eventsOf, historyOf } from './history.ts';
import { Phone } from './phone.ts';
import { DAY, startCall, type StartedCall, startQueuedCall, THREE_ATTEMPTS } from './requests.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld();

/** A call whose phone rings. */
async function startRinging(wish = {}): Promise<{ call: StartedCall; phone: Phone }> {
  const phone = new Phone();
  world.script.placeCall = phone.ring;
  const call = await startCall(world, wish);
  await phone.rings();
  return { call, phone };
}

describe('cancelCall', () => {
  it('ends a call that sleeps at once, with the reason that is given', async () => {
    const call = await startCall(world, { dueIn: 3 * DAY });
    await call.progress();
    const before = await world.now();
    await call.cancel({ reason: 'the list was wrong' });
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'the list was wrong', attempts: 0 });
    expect((await call.handle.describe()).closeTime?.getTime()).toBeLessThan(before + DAY);
  });

  it('ends a call that comes with it before its workflow has begun', async () => {
    const call = await startCall(world, { dueIn: 0 });
    await call.cancel();
    world.script.placeCall = waitsForALine; // it may have begun after all
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'request', attempts: 0 });
  });

  it('takes a queued call out of its queue, though no worker was there to take it', async () => {
    const call = await startQueuedCall(world);
    await call.cancel();
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'request', attempts: 0 });
    expect(eventsOf(await historyOf(call.handle), 'activityTaskStarted')).toEqual([]);
  });

  it('reaches a call that has been handed out and waits for a line', async () => {
    world.script.placeCall = waitsForALine;
    const call = await startCall(world);
    await eventually(() => world.script.placed.length).toBe(1);
    await call.cancel();
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'request', attempts: 0 });
    expect(world.script.placed).toHaveLength(1);
  });

  it('stops a call that rings, and tries no other time', async () => {
    const { call } = await startRinging({ retry: THREE_ATTEMPTS });
    await call.cancel({ reason: 'a change of plan' });
    expect(await call.result()).toMatchObject({
      status: 'Canceled',
      reason: 'a change of plan',
      disposition: 'no-answer',
      attempts: 1,
    });
    expect(world.script.retries).toEqual([]);
  });

  it('keeps the first reason when it comes twice', async () => {
    const call = await startCall(world, { dueIn: DAY });
    await call.cancel({ reason: 'first' });
    await call.cancel({ reason: 'second' });
    expect(await call.result()).toMatchObject({ reason: 'first' });
  });

  it.each([
    { what: 'a blank', reason: ' ', kept: 'request' },
    { what: 'an endless', reason: 'x'.repeat(5_000), kept: 'x'.repeat(100) },
    { what: 'an unprintable', reason: '\u0001'.repeat(5_000), kept: '\u0001'.repeat(100) },
  ])('with $what reason still ends the call, and its result stays below 1 KB', async ({ reason, kept }) => {
    const call = await startCall(world, { dueIn: DAY });
    await call.cancel({ reason });
    expect((await call.result()).reason).toBe(kept);
    const [completed] = eventsOf(await historyOf(call.handle), 'workflowExecutionCompleted');
    expect(completed?.result?.payloads?.[0]?.data?.length).toBeLessThan(1_024);
  });

  it('leaves somebody who talks in peace', async () => {
    const { call, phone } = await startRinging();
    await phone.answer();
    await call.cancel();
    expect(await call.progress()).toMatchObject({ status: 'Running', cancelRequested: false, hangupRequested: false });
    await phone.end('answered');
    expect(await call.result()).toMatchObject({ status: 'Completed', reason: null });
    expect(eventsOf(await historyOf(call.handle), 'activityTaskCancelRequested')).toEqual([]);
  });

  it('hangs up on somebody who talks where it is asked to', async () => {
    const { call, phone } = await startRinging();
    await phone.answer();
    await call.cancel({ hangup: true });
    // Nobody ends the call but the hang-up.
    expect(await call.result()).toMatchObject({ status: 'Completed', disposition: 'answered' });
    expect(eventsOf(await historyOf(call.handle), 'activityTaskCancelRequested')).toHaveLength(1);
  });

  it('hangs up also after one that did not ask for it', async () => {
    const { call, phone } = await startRinging();
    await phone.answer();
    await call.cancel();
    await call.cancel({ hangup: true });
    expect(await call.result()).toMatchObject({ status: 'Completed', disposition: 'answered' });
  });

  it('while a machine talks keeps the call from ever being tried again', async () => {
    const { call, phone } = await startRinging({ retry: THREE_ATTEMPTS, input: { onVoicemail: 'retry' } });
    await phone.answer('voicemail');
    await call.cancel();
    await phone.end('voicemail');
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'request', attempts: 1 });
  });

  it('that hangs up on a machine keeps the call from ever being tried again', async () => {
    const { call, phone } = await startRinging({ retry: THREE_ATTEMPTS, input: { onVoicemail: 'retry' } });
    await phone.answer('voicemail');
    await call.cancel({ hangup: true });
    expect(await call.result()).toMatchObject({ status: 'Canceled', disposition: 'voicemail', attempts: 1 });
  });

  it('while somebody talks does not make the worker that takes the call over hang up on them', async () => {
    const phone = new Phone();
    let cancel: boolean | null = null;
    world.script.placeCall = lostWhileTalking;
    world.script.takeOver = async (attempt) => {
      await call.cancel();
      ({ cancel } = await attempt.workflow.wishes());
      return await phone.goOn(attempt);
    };
    const call = await startCall(world);
    await phone.rings();
    await phone.end('answered');
    expect(await call.result()).toMatchObject({ status: 'Completed' });
    expect(cancel).toBe(false);
  });

  it('between two attempts ends the call without another', async () => {
    world.script.placeCall = inTurn(reachesVoicemail);
    const call = await startCall(world, { retry: THREE_ATTEMPTS, input: { onVoicemail: 'retry' } });
    await eventually(() => call.progress()).toMatchObject({ status: 'Pending' });
    await call.cancel();
    expect(await call.result()).toMatchObject({ status: 'Canceled', disposition: 'voicemail', attempts: 1 });
  });
});

describe('A native cancellation', () => {
  /** How the execution ended, as the Web UI shows it. */
  const closed = async (call: StartedCall): Promise<string> => {
    const error = await call.result().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    return (await call.handle.describe()).status.name;
  };

  it('ends a call that sleeps, and its execution as canceled', async () => {
    const call = await startCall(world, { dueIn: 3 * DAY });
    await call.progress();
    await call.handle.cancel();
    expect(await closed(call)).toBe('CANCELLED');
    expect(await call.progress()).toMatchObject({ status: 'Canceled', reason: 'request', attempts: [] });
  });

  it('takes a queued call out of its queue', async () => {
    const call = await startQueuedCall(world);
    await call.handle.cancel();
    expect(await closed(call)).toBe('CANCELLED');
    expect(eventsOf(await historyOf(call.handle), 'activityTaskStarted')).toEqual([]);
  });

  it('stops a call that rings, and ends only once the carrier has let go', async () => {
    const { call } = await startRinging();
    await call.handle.cancel();
    expect(await closed(call)).toBe('CANCELLED');
    expect(await call.progress()).toMatchObject({ status: 'Canceled', attempts: [{ disposition: 'no-answer' }] });
  });

  it('leaves somebody who talks in peace: the call completes as if nothing had been asked', async () => {
    const { call, phone } = await startRinging();
    await phone.answer();
    await call.handle.cancel();
    expect(await call.progress()).toMatchObject({ status: 'Running', cancelRequested: false });
    await phone.end('answered');
    expect(await call.result()).toMatchObject({ status: 'Completed', reason: null });
  });

  it('while a machine talks keeps the call from ever being tried again', async () => {
    const { call, phone } = await startRinging({ retry: THREE_ATTEMPTS, input: { onVoicemail: 'retry' } });
    await phone.answer();
    await call.handle.cancel();
    await call.progress();
    await phone.end('voicemail');
    expect(await closed(call)).toBe('CANCELLED');
    expect(await call.progress()).toMatchObject({ status: 'Canceled', attempts: [{ disposition: 'voicemail' }] });
  });

  it('comes too late for a call that is answered while it is on its way', async () => {
    const { call, phone } = await startRinging();
    world.script.placeCall = answers;
    await phone.answer();
    await Promise.all([call.handle.cancel(), phone.end('answered')]);
    expect(await call.result()).toMatchObject({ status: 'Completed' });
  });
});
