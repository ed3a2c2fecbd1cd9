import { describe, expect, it } from 'vitest';
import { CALL_STATUS, DISPOSITION, NEXT_SCHEDULE_TIME } from '../../src/contract/search-attributes.ts';
import { toInstant } from '../../src/domain/instant.ts';
import { answers, endsAs } from './attempt.ts';
import { eventsOf, historyOf, scheduledActivities } from './history.ts';
import { Phone } from './phone.ts';
import { DAY, HOUR, MINUTE, SECOND, startCall, startQueuedCall, THREE_ATTEMPTS, TRUNK } from './requests.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld();

/** What Temporal itself adds: the ledger of a call without webhooks that is answered at first try. */
const MOST_EVENTS = 30;

describe('A call sleeps', () => {
  it('until the time of its plan, days ahead, and goes out then', async () => {
    const placedAt: number[] = [];
    world.script.placeCall = async (attempt) => {
      placedAt.push(await world.now());
      return await answers(attempt);
    };
    const call = await startCall(world, { dueIn: 3 * DAY });
    const { plan } = call.call.input;
    expect(await call.progress()).toEqual({
      status: 'Pending',
      reason: null,
      nextScheduleTime: plan.at,
      attempts: [],
      waitingFor: { for: 'calling-window', until: plan.at },
      cancelRequested: false,
      hangupRequested: false,
      result: null,
    });
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 1, nextScheduleTime: plan.at });
    expect(placedAt).toHaveLength(1);
    expect(placedAt[0]).toBeGreaterThanOrEqual(Date.parse(plan.at));
    expect(placedAt[0]).toBeLessThan(Date.parse(plan.at) + MINUTE);
  });

  it('not at all when it is due', async () => {
    const call = await startQueuedCall(world);
    expect(await call.progress()).toMatchObject({ status: 'Queued', waitingFor: { for: 'line', until: null } });
    await call.cancel();
    await call.result();
    expect(eventsOf(await historyOf(call.handle), 'timerFired')).toEqual([]);
  });

  it('beside the words of its plan, which the Web UI shows on the timer', async () => {
    const call = await startCall(world, { dueIn: HOUR });
    await call.progress();
    const started = (await historyOf(call.handle)).events?.find((event) => event.timerStartedEventAttributes);
    const summary = started?.userMetadata?.summary?.data;
    expect(JSON.parse(Buffer.from(summary ?? []).toString())).toBe('waits until 09:00 America/New_York');
    await call.cancel();
    await call.result();
  });
});

describe('A call that is answered at first try', () => {
  it.each([
    { kind: 'is due at once', dueIn: 0 },
    { kind: 'slept first', dueIn: DAY },
  ])(`costs at most ${MOST_EVENTS} events when it $kind`, async ({ dueIn }) => {
    world.script.placeCall = answers;
    const call = await startCall(world, { dueIn });
    await call.result();
    expect((await historyOf(call.handle)).events?.length).toBeLessThanOrEqual(MOST_EVENTS);
  });

  it('has a result of less than 1 KB, whatever its call has said', async () => {
    const long = 'a'.repeat(50_000);
    world.script.placeCall = async (attempt) => {
      await attempt.dialing();
      await attempt.answered();
      return attempt.ended('answered', { transcription: long, recordId: long, errorMessage: long });
    };
    const call = await startCall(world);
    const result = await call.result();
    expect(result).toEqual({
      status: 'Completed',
      reason: null,
      disposition: 'answered',
      attempts: 1,
      nextScheduleTime: call.call.input.plan.at,
      recordId: null,
      completedTime: expect.any(String) as string,
      durationSeconds: 0,
    });
  });

  it('hands its placeCall everything that dialing it takes, and a name for this placement', async () => {
    world.script.placeCall = answers;
    const override = { phoneNumber: '+15550100009', credentialsId: null, displayName: 'Northside' };
    const call = await startCall(world, { facts: { overrideOutboundConfig: override } });
    await call.result();
    const { orgId, agentId, additionalData, callDeadline, timezone, priority } = call.call.facts;
    expect(world.script.placed).toEqual([
      {
        ...{ orgId, agentId, batchId: null, trunk: TRUNK, endpoint: call.call.input.endpoint, additionalData },
        ...{ callDeadline, timezone, priority, overrideOutboundConfig: override, attempt: 1 },
        endpointAsSent: call.call.facts.endpoint,
        placement: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        firstRunId: call.runId,
      },
    ]);
  });
});

describe('A call shows where it stands', () => {
  it('in its queries and search attributes, at each stage', async () => {
    const phone = new Phone();
    world.script.placeCall = phone.ring;
    const call = await startCall(world);
    const attribute = async () => (await call.handle.describe()).typedSearchAttributes.get(CALL_STATUS);
    await phone.rings();
    expect(await call.waitingFor()).toEqual({ for: 'answer', until: null });
    expect(await call.progress()).toMatchObject({
      status: 'Running',
      attempts: [{ number: 1, startedTime: expect.any(String) as string, answeredTime: null, disposition: null }],
    });
    expect(await attribute()).toBe('Running');

    await phone.answer();
    expect(await call.waitingFor()).toEqual({ for: 'end', until: null });
    expect(await call.progress()).toMatchObject({ attempts: [{ answeredTime: expect.any(String) as string }] });

    await phone.end('answered', { providerCode: '200' });
    await call.result();
    expect(await call.waitingFor()).toBeNull();
    expect(await call.progress()).toMatchObject({
      status: 'Completed',
      attempts: [{ number: 1, disposition: 'answered', providerCode: '200' }],
    });
    expect(await attribute()).toBe('Completed');
    expect((await call.handle.describe()).typedSearchAttributes.get(DISPOSITION)).toBe('answered');
  });

  it('as Pending again between two attempts, with the time of the next', async () => {
    world.script.placeCall = endsAs('busy');
    const call = await startCall(world, { retry: THREE_ATTEMPTS });
    await eventually(() => call.progress()).toMatchObject({ status: 'Pending', attempts: [{ disposition: 'busy' }] });
    const { nextScheduleTime } = await call.progress();
    expect(await call.waitingFor()).toEqual({ for: 'retry-delay', until: nextScheduleTime });
    const { typedSearchAttributes } = await call.handle.describe();
    expect(typedSearchAttributes.get(CALL_STATUS)).toBe('Pending');
    expect(typedSearchAttributes.get(DISPOSITION)).toBe('busy');
    expect(toInstant(typedSearchAttributes.get(NEXT_SCHEDULE_TIME)?.getTime() ?? 0)).toBe(nextScheduleTime);
    await call.result();
  });

  it('as Queued though it was accepted a moment before it was due', async () => {
    // The API saw that the call was to sleep; its workflow began later.
    const call = await startQueuedCall(world, { dueIn: 0, startedAs: 'Pending' });
    expect((await call.handle.describe()).typedSearchAttributes.get(CALL_STATUS)).toBe('Queued');
    await call.cancel();
    await call.result();
  });
});

describe('The deadline', () => {
  it('ends a call while it sleeps, without an attempt', async () => {
    const call = await startCall(world, { dueIn: 3 * DAY, deadlineIn: DAY });
    expect(await call.result()).toMatchObject({
      status: 'Canceled',
      reason: 'deadline',
      attempts: 0,
      disposition: null,
    });
    expect(await world.now()).toBeGreaterThanOrEqual(Date.parse(call.call.facts.callDeadline));
    expect(world.script.placed).toEqual([]);
  });

  it('ends a call that is queued, though no worker was ever there to take it', async () => {
    const call = await startQueuedCall(world, { deadlineIn: HOUR });
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'deadline', attempts: 0 });
    const history = await historyOf(call.handle);
    expect(scheduledActivities(history)).toEqual(['placeCall']);
    expect(eventsOf(history, 'activityTaskStarted')).toEqual([]);
    expect(eventsOf(history, 'activityTaskCanceled')).toHaveLength(1);
  });

  it('does not keep a call from going out in the last second before it', async () => {
    world.script.placeCall = answers;
    const call = await startCall(world, { dueIn: DAY - SECOND, deadlineIn: DAY });
    expect(await call.result()).toMatchObject({ status: 'Completed' });
  });

  it.each([
    { plan: 'at', dueIn: DAY },
    { plan: 'a millisecond after', dueIn: DAY + 1 },
    { plan: 'a year after', dueIn: 365 * DAY },
  ])('keeps a call whose plan lies $plan it from ever going out', async ({ dueIn }) => {
    const call = await startCall(world, { dueIn, deadlineIn: DAY });
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'deadline', attempts: 0 });
    expect(scheduledActivities(await historyOf(call.handle))).toEqual([]);
  });

  it('that has passed before the workflow begins keeps the call from going out', async () => {
    const call = await startCall(world, { dueIn: -HOUR, deadlineIn: -SECOND });
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'deadline', attempts: 0 });
    expect(scheduledActivities(await historyOf(call.handle))).toEqual([]);
  });

  it('leaves alone a call that rings: to stop it is the business of placeCall, which tells', async () => {
    let wasCanceled: boolean | null = null;
    world.script.placeCall = async (attempt) => {
      await attempt.dialing();
      await world.sleep(8 * SECOND); // past the deadline, by the server's clock
      wasCanceled = attempt.cancellation.aborted;
      return attempt.ended('no-answer', {}, 'deadline');
    };
    const call = await startCall(world, { deadlineIn: 5 * SECOND });
    expect(await call.result()).toMatchObject({
      status: 'Canceled',
      reason: 'deadline',
      disposition: 'no-answer',
      attempts: 1,
    });
    expect(wasCanceled).toBe(false);
  });

  it('does not end a call in which somebody talks', async () => {
    world.script.placeCall = async (attempt) => {
      await attempt.dialing();
      await attempt.answered();
      await world.sleep(8 * SECOND);
      return attempt.ended('answered');
    };
    const call = await startCall(world, { deadlineIn: 5 * SECOND });
    expect(await call.result()).toMatchObject({ status: 'Completed', reason: null, attempts: 1 });
  });

  it('ends a call that waits for its next attempt', async () => {
    world.script.placeCall = endsAs('busy');
    world.script.planRetry = ({ callDeadline }) => ({
      at: toInstant(Date.parse(callDeadline) + HOUR),
      waitingFor: 'calling-window',
      summary: 'waits until tomorrow',
    });
    const call = await startCall(world, { retry: THREE_ATTEMPTS });
    expect(await call.result()).toMatchObject({
      status: 'Canceled',
      reason: 'deadline',
      attempts: 1,
      disposition: 'busy',
    });
  });
});
