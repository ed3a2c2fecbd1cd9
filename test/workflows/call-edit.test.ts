import { WorkflowNotFoundError } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { EditRequest } from '../../src/activities/resolve-edit.ts';
import type { CallEdit, CallFacts, EditAnswer, Plan } from '../../src/contract/call.ts';
import { editCallUpdate } from '../../src/contract/messages.ts';
import { CALL_DEADLINE, NEXT_SCHEDULE_TIME, PRIORITY } from '../../src/contract/search-attributes.ts';
import { toInstant } from '../../src/domain/instant.ts';
import { answers, endsAs, inTurn, waitsForALine } from './attempt.ts';
import { historyOf, scheduledActivities } from './history.ts';
import { Later } from './later.ts';
import { Phone } from './phone.ts';
import { DAY, HOUR, MINUTE, startCall, type StartedCall, startQueuedCall, THREE_ATTEMPTS } from './requests.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld();

const edit = (call: StartedCall, fields: CallEdit = { priority: 9 }): Promise<EditAnswer> =>
  call.handle.executeUpdate(editCallUpdate, { args: [fields] });

/** What an edit makes of a call, as `resolveEdit` would answer. */
const making =
  (changes: Partial<CallFacts>, plan?: Plan) =>
  ({ facts, input, plan: before }: EditRequest): EditAnswer => ({
    kind: 'edited',
    call: {
      facts: { ...facts, ...changes },
      input: { ...input, endpoint: changes.endpoint ?? input.endpoint, plan: plan ?? before },
      endpointHash: 'another-hash',
      changed: Object.keys(changes) as (keyof CallEdit)[],
    },
  });

/** Milliseconds since the epoch. */
const endOf = async ({ handle }: StartedCall): Promise<number> => (await handle.describe()).closeTime?.getTime() ?? NaN;

const at = (ms: number): Plan => ({ at: toInstant(ms), waitingFor: 'scheduled-time', summary: 'waits' });

describe('A call that sleeps', () => {
  it('goes out when it is edited to, and shows that in memo and search attributes', async () => {
    world.script.placeCall = answers;
    const call = await startCall(world, { dueIn: 10 * DAY });
    const due = (await world.now()) + HOUR;
    world.script.resolveEdit = making({ scheduledTime: toInstant(due) }, at(due));
    expect(await edit(call)).toMatchObject({ kind: 'edited', call: { changed: ['scheduledTime'] } });
    const { memo, typedSearchAttributes } = await call.handle.describe();
    expect(memo).toMatchObject({ call: { scheduledTime: toInstant(due) } });
    expect(typedSearchAttributes.get(NEXT_SCHEDULE_TIME)?.getTime()).toBe(due);
    expect(await call.result()).toMatchObject({ status: 'Completed', edited: { scheduledTime: toInstant(due) } });
    expect(await endOf(call)).toBeLessThan(due + MINUTE);
  });

  it('ends at the deadline that it is edited to', async () => {
    const call = await startCall(world, { dueIn: 10 * DAY, deadlineIn: 9 * DAY });
    const deadline = (await world.now()) + HOUR;
    world.script.resolveEdit = making({ callDeadline: toInstant(deadline) });
    await edit(call);
    const { typedSearchAttributes } = await call.handle.describe();
    expect(typedSearchAttributes.get(CALL_DEADLINE)?.getTime()).toBe(deadline);
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'deadline' });
    expect(await endOf(call)).toBeLessThan(deadline + MINUTE);
  });

  it('stays what it is where the edit is wrong, and says what is wrong', async () => {
    const call = await startCall(world, { dueIn: DAY });
    const before = await call.progress();
    const mistakes = [{ path: 'callDeadline', message: 'lies in the past' }];
    world.script.resolveEdit = () => ({ kind: 'invalid', mistakes });
    expect(await edit(call)).toEqual({ kind: 'invalid', mistakes });
    expect(await call.progress()).toEqual(before);
    await call.cancel();
    expect(await call.result()).not.toHaveProperty('edited');
  });

  it('takes over both of two edits that are sent at once', async () => {
    const call = await startCall(world, { dueIn: DAY });
    const edits = [{ priority: 9 }, { endpoint: '+15550100009' }];
    world.script.resolveEdit = (request) => making(request.edit as Partial<CallFacts>)(request);
    const answered = edits.map((fields) => edit(call, fields));
    await Promise.all(answered);
    const { memo } = await call.handle.describe();
    expect(memo).toMatchObject({ call: { priority: 9, endpoint: '+15550100009' } });
    await call.cancel();
    expect(await call.result()).toMatchObject({ edited: { priority: 9, endpoint: '+15550100009' } });
  });
});

describe('A call that is queued', () => {
  it('keeps its place in the queue when its priority is edited: the queue is told by itself', async () => {
    const call = await startQueuedCall(world);
    expect(await edit(call, { priority: 9 })).toMatchObject({ kind: 'edited' });
    expect(await call.progress()).toMatchObject({ status: 'Queued' });
    expect((await call.handle.describe()).typedSearchAttributes.get(PRIORITY)).toBe(9);
    expect(scheduledActivities(await historyOf(call.handle))).toEqual(['placeCall']);
    await call.cancel();
    await call.result();
  });

  it('is taken back and placed anew when what is dialed is edited, and nobody is dialed as it was', async () => {
    world.script.placeCall = inTurn(waitsForALine, answers);
    const call = await startCall(world);
    await eventually(() => world.script.placed.length).toBe(1);
    world.script.resolveEdit = making({ endpoint: '+15550100009' });
    expect(await edit(call)).toMatchObject({ kind: 'edited' });
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 1 });
    expect(world.script.placed.map(({ endpoint }) => endpoint)).toEqual(['+15550100001', '+15550100009']);
  });

  it('goes back to sleep when it is edited to go out later', async () => {
    world.script.placeCall = inTurn(waitsForALine, answers);
    const call = await startCall(world, { deadlineIn: 2 * DAY });
    await eventually(() => world.script.placed.length).toBe(1);
    const due = (await world.now()) + HOUR;
    world.script.resolveEdit = making({ scheduledTime: toInstant(due) }, at(due));
    await edit(call);
    expect(await call.progress()).toMatchObject({
      status: 'Pending',
      nextScheduleTime: toInstant(due),
      waitingFor: { for: 'scheduled-time' },
    });
    expect(await call.result()).toMatchObject({ status: 'Completed' });
  });

  it('ends by its cancellation, though it was taken back for an edit at that moment', async () => {
    world.script.placeCall = waitsForALine;
    const call = await startCall(world);
    await eventually(() => world.script.placed.length).toBe(1);
    world.script.resolveEdit = making({ endpoint: '+15550100009' });
    const [answer] = await Promise.all([edit(call).catch(() => null), call.cancel()]);
    expect(await call.result()).toMatchObject({ status: 'Canceled', attempts: 0 });
    expect(answer?.kind).not.toBe('invalid');
  });
});

describe('A call that is dialed', () => {
  it('is not edited any more, and says so', async () => {
    const phone = new Phone();
    world.script.placeCall = phone.ring;
    const call = await startCall(world);
    await phone.rings();
    expect(await edit(call)).toEqual({ kind: 'too-late', status: 'Running' });
    await phone.end('answered');
    expect(await call.result()).toMatchObject({ status: 'Completed' });
  });

  it('while it is edited goes on as it was', async () => {
    const phone = new Phone();
    const mayDial = new Later<void>();
    world.script.placeCall = async (attempt) => {
      await mayDial.promise;
      return await phone.ring(attempt);
    };
    const call = await startCall(world, { deadlineIn: HOUR });
    await eventually(() => world.script.placed.length).toBe(1);
    world.script.resolveEdit = making({ endpoint: '+15550100009' });
    const answer = edit(call);
    await eventually(async () => (await historyOf(call.handle)).events?.length).toBeGreaterThan(9);
    mayDial.resolve();
    expect(await answer).toEqual({ kind: 'too-late', status: 'Running' });
    await phone.end('answered');
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 1 });
    expect(world.script.placed).toHaveLength(1);
  });

  it('and has ended is not edited either', async () => {
    world.script.placeCall = answers;
    const call = await startCall(world);
    await call.result();
    await expect(edit(call)).rejects.toThrow(WorkflowNotFoundError);
  });

  it('can be edited before its next attempt, which goes by what it is edited to', async () => {
    world.script.placeCall = inTurn(endsAs('busy'), answers);
    const call = await startCall(world, { retry: THREE_ATTEMPTS });
    await eventually(() => call.progress()).toMatchObject({ status: 'Pending', waitingFor: { for: 'retry-delay' } });
    world.script.resolveEdit = making({ endpoint: '+15550100009' });
    expect(await edit(call)).toMatchObject({ kind: 'edited' });
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 2 });
    expect(world.script.placed.map(({ endpoint }) => endpoint)).toEqual(['+15550100001', '+15550100009']);
  });
});
