import { describe, expect, it } from 'vitest';
import type { EditAnswer, Plan } from '../../src/contract/call.ts';
import { editCallUpdate } from '../../src/contract/messages.ts';
import type { Schedule } from '../../src/contract/schedule.ts';
import { CALL_STATUS, NEXT_SCHEDULE_TIME, WAITING_FOR } from '../../src/contract/search-attributes.ts';
import { toInstant } from '../../src/domain/instant.ts';
import { answers, endsAs, inTurn } from './attempt.ts';
import { eventsOf, historyOf } from './history.ts';
import { Later } from './later.ts';
import { Phone } from './phone.ts';
import { DAY, HOUR, MINUTE, startCall, type StartedCall, startQueuedCall, THREE_ATTEMPTS } from './requests.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld();

const HOURS: Schedule = { monday: [{ start: { hour: 9, minute: 0 }, end: { hour: 17, minute: 0 } }] };

/** Tells a call of other hours, and resolves once it has heard. */
async function tellHours(call: StartedCall, schedule: Schedule | null = HOURS): Promise<void> {
  await call.handle.signal('replanCall', { schedule });
  await call.progress();
}

/** Has calls answered from now on; holds the times at which they were placed. */
function notingPlacements(): number[] {
  const times: number[] = [];
  world.script.placeCall = async (attempt) => {
    times.push(await world.now());
    return await answers(attempt);
  };
  return times;
}

/** The plan of a call whose window opens so late. */
const opensIn = async (ms: number): Promise<Plan> => ({
  at: toInstant((await world.now()) + ms),
  waitingFor: ms > 0 ? 'calling-window' : null,
  summary: ms > 0 ? 'waits until it opens' : 'may go out now',
});

describe('A call that sleeps until its window opens', () => {
  it('goes out at once when its hours are widened', async () => {
    world.script.planAnew = () => opensIn(0);
    const placedAt = notingPlacements();
    const call = await startCall(world, { dueIn: 3 * DAY });
    const before = await world.now();
    await tellHours(call, null);
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 1 });
    expect((placedAt[0] ?? Infinity) - before).toBeLessThan(MINUTE);
  });

  it('sleeps for longer when they are narrowed, and shows it everywhere', async () => {
    world.script.planAnew = () => opensIn(2 * DAY);
    world.script.placeCall = answers;
    const call = await startCall(world, { dueIn: HOUR, deadlineIn: 5 * DAY });
    const before = await world.now();
    await tellHours(call);
    const { nextScheduleTime, status } = await eventuallyReplanned(call);
    expect(status).toBe('Pending');
    expect(Date.parse(nextScheduleTime) - before).toBeGreaterThanOrEqual(2 * DAY);
    const { typedSearchAttributes: shown } = await call.handle.describe();
    expect(shown.get(NEXT_SCHEDULE_TIME)?.toISOString()).toBe(nextScheduleTime);
    expect([shown.get(WAITING_FOR), shown.get(CALL_STATUS)]).toEqual(['calling-window', 'Pending']);
    expect(await call.result()).toMatchObject({ status: 'Completed', nextScheduleTime });
    expect(await world.now()).toBeGreaterThanOrEqual(Date.parse(nextScheduleTime));
  });

  it('costs no more than the look where they make no difference to it', async () => {
    const call = await startCall(world, { dueIn: HOUR });
    const before = await call.progress();
    await tellHours(call);
    await eventually(() => world.script.plannedAnew.length).toBe(1);
    expect(await call.progress()).toEqual(before);
    await call.cancel();
    await call.result();
    const upserts = eventsOf(await historyOf(call.handle), 'upsertWorkflowSearchAttributes');
    expect(upserts).toHaveLength(1); // its end
  });

  it('is asked by the hours, the zone, the deadline and the time that it was given itself', async () => {
    const scheduledTime = toInstant((await world.now()) + 2 * HOUR);
    const schedules: (Schedule | null)[] = [];
    world.script.planAnew = (schedule) => (schedules.push(schedule), null);
    const call = await startCall(world, { dueIn: 2 * HOUR, facts: { scheduledTime } });
    await tellHours(call);
    await eventually(() => world.script.plannedAnew).toEqual([
      {
        timezone: 'America/New_York',
        callDeadline: call.call.facts.callDeadline,
        notBefore: Date.parse(scheduledTime),
        because: 'scheduled-time',
        plan: call.call.input.plan,
      },
    ]);
    expect(schedules).toEqual([HOURS]);
    await call.cancel();
    await call.result();
  });
});

describe('A call that waits for its next attempt', () => {
  it('is never tried again before its delay is over, whatever its hours have become', async () => {
    const ended: number[] = [];
    world.script.placeCall = inTurn(async (attempt) => {
      ended.push(await world.now());
      return await endsAs('no-answer')(attempt);
    }, answers);
    // Its window opens only tomorrow, long after its half an hour.
    world.script.planRetry = ({ notBefore }) => ({
      at: toInstant(notBefore + DAY),
      waitingFor: 'calling-window',
      summary: 'waits until tomorrow',
    });
    const call = await startCall(world, { retry: THREE_ATTEMPTS });
    await eventually(() => call.progress()).toMatchObject({ status: 'Pending' });
    world.script.planAnew = (_, { notBefore, because }) => ({
      at: toInstant(notBefore),
      waitingFor: because,
      summary: 'waits to try again',
    });
    await tellHours(call, null);
    expect(await eventuallyReplanned(call)).toMatchObject({ waitingFor: { for: 'retry-delay' } });
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 2 });
    const [asked] = world.script.plannedAnew;
    const delay = (asked?.notBefore ?? 0) - (ended[0] ?? 0);
    expect(delay).toBeGreaterThanOrEqual(30 * MINUTE);
    expect(delay).toBeLessThan(31 * MINUTE);
  });
});

describe('A call that its agent holds back', () => {
  it.each(['agent-disabled', 'agent-missing'] as const)('(%s) goes out once it is told', async (waitingFor) => {
    const heldBack = async () => ({ kind: 'not-now', plan: { ...(await opensIn(HOUR)), waitingFor } }) as const;
    world.script.placeCall = heldBack;
    world.script.planAnew = () => opensIn(0);
    const call = await startCall(world);
    await eventually(() => call.waitingFor()).toMatchObject({ for: waitingFor });
    const placedAt = notingPlacements();
    const before = await world.now();
    await tellHours(call);
    expect(await call.result()).toMatchObject({ status: 'Completed' });
    expect((placedAt[0] ?? Infinity) - before).toBeLessThan(MINUTE);
  });
});

describe('A call that waits for something else', () => {
  it('passes over new hours while it is queued, dialed or over', async () => {
    const queued = await startQueuedCall(world);
    await tellHours(queued);
    await queued.cancel();
    await queued.result();
    await queued.handle.signal('replanCall', { schedule: null }).catch(() => undefined);

    const phone = new Phone();
    world.script.placeCall = phone.ring;
    const call = await startCall(world);
    await phone.rings();
    await tellHours(call);
    await phone.answer();
    await tellHours(call);
    await phone.end('answered');
    expect(await call.result()).toMatchObject({ status: 'Completed' });
    expect(world.script.plannedAnew).toEqual([]);
  });

  it.each(['batch-paused', 'trunk-paused'] as const)('(%s) stays held back', async (waitingFor) => {
    const heldBack = async () => ({ kind: 'not-now', plan: { ...(await opensIn(HOUR)), waitingFor } }) as const;
    world.script.placeCall = inTurn(heldBack, answers);
    const call = await startCall(world);
    await eventually(() => call.waitingFor()).toMatchObject({ for: waitingFor });
    await tellHours(call);
    expect(await call.result()).toMatchObject({ status: 'Completed' });
    expect(world.script.plannedAnew).toEqual([]);
  });
});

describe('While a call is planned anew', () => {
  /**
   * A call that is told of hours again, after what the test sends: all of it comes at once, when it has been planned
   * anew by those that it was told of before, which made no difference.
   */
  async function amidst(plan: Plan, send: (call: StartedCall) => Promise<unknown>): Promise<StartedCall> {
    const first = new Later<null>();
    world.script.planAnew = () => (world.script.plannedAnew.length === 1 ? first.promise : plan);
    const call = await startCall(world, { dueIn: DAY });
    await call.progress();
    await call.handle.signal('replanCall', { schedule: null });
    await eventually(() => world.script.plannedAnew.length).toBe(1);
    await call.handle.signal('replanCall', { schedule: null });
    await send(call);
    first.resolve(null);
    return call;
  }

  it('an edit waits, and is of the new plan', async () => {
    const late = await opensIn(HOUR);
    let edited: Promise<EditAnswer> | undefined;
    const call = await amidst(late, async ({ handle }) => {
      edited = handle.executeUpdate(editCallUpdate, { args: [{ priority: 9 }] });
      await handle.signal('noSuchSignal'); // once this has arrived, so has the edit
    });
    expect(await edited).toMatchObject({ kind: 'edited', call: { input: { plan: late } } });
    expect(await call.progress()).toMatchObject({ nextScheduleTime: late.at });
    await call.cancel();
    await call.result();
  });

  it.each(['by signal', 'natively'])('a cancellation %s ends it as it was, and nobody is dialed', async (how) => {
    const call = await amidst(await opensIn(0), (sleeping) =>
      how === 'natively' ? sleeping.handle.cancel() : sleeping.cancel({ reason: 'a change of plan' }),
    );
    await call.result().catch(() => undefined);
    const { status, typedSearchAttributes } = await call.handle.describe();
    expect(status.name).toBe(how === 'natively' ? 'CANCELLED' : 'COMPLETED');
    expect(typedSearchAttributes.get(CALL_STATUS)).toBe('Canceled');
    expect(await call.progress()).toMatchObject({ nextScheduleTime: call.call.input.plan.at });
    expect(world.script.placed).toEqual([]);
  });
});

/** The call once its plan is another one than it was accepted with. */
async function eventuallyReplanned(call: StartedCall) {
  const { at } = call.call.input.plan;
  const before = world.script.plannedAnew.at(-1)?.plan.at ?? at;
  await eventually(async () => (await call.progress()).nextScheduleTime).not.toBe(before);
  return await call.progress();
}
