import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/contract/placement.ts';
import {
  type Attempt,
  answers,
  inTurn,
  lostAfterDialing,
  lostBeforeDialing,
  lostWhileTalking,
  untilAborted,
  waitsForALine,
} from './attempt.ts';
import { eventsOf, historyOf, scheduledActivities } from './history.ts';
import { Later } from './later.ts';
import { Phone } from './phone.ts';
import { HOUR, MINUTE, SECOND, startCall, type StartedCall, THREE_ATTEMPTS } from './requests.ts';
import { workerLost } from './script.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld();

const failedActivities = async (call: StartedCall) =>
  eventsOf(await historyOf(call.handle), 'activityTaskFailed').length;

describe('A placeCall that failed before it dialed', () => {
  it('is scheduled again, under a name of its own, without an attempt spent', async () => {
    world.script.placeCall = inTurn(lostBeforeDialing, lostBeforeDialing, answers);
    const call = await startCall(world);
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 1 });
    expect(world.script.placed.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
    expect(new Set(world.script.placed.map(({ placement }) => placement)).size).toBe(3);
    expect(world.script.takenOver).toEqual([]);
  });

  it('is scheduled again until the deadline, and never after it', async () => {
    world.script.placeCall = lostBeforeDialing;
    const call = await startCall(world, { deadlineIn: MINUTE });
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'deadline', attempts: 0 });
    expect(await world.now()).toBeGreaterThanOrEqual(Date.parse(call.call.facts.callDeadline));
    // After 0, 1, 3, 8, 18 and 48 seconds.
    expect(world.script.placed).toHaveLength(6);
  });

  it('is not scheduled again when the call is cancelled meanwhile, which ends it at once', async () => {
    world.script.placeCall = lostBeforeDialing;
    const call = await startCall(world);
    await eventually(() => failedActivities(call)).toBe(1);
    await call.cancel();
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'request', attempts: 0 });
    expect(world.script.placed).toHaveLength(1);
    expect(eventsOf(await historyOf(call.handle), 'timerFired')).toEqual([]);
  });

  it('and dials after all, as it seems, is taken over instead of being scheduled again', async () => {
    const lost = new Later<Attempt>();
    world.script.placeCall = async (attempt) => {
      lost.resolve(attempt);
      return await lostBeforeDialing(attempt);
    };
    world.script.takeOver = (attempt) => Promise.resolve(attempt.ended('answered'));
    const call = await startCall(world);
    await eventually(() => failedActivities(call)).toBe(1);
    const { placement } = (await lost.promise).input;
    await call.handle.signal('dialing', { placement, attempt: 1, time: new Date().toISOString() });
    expect(await call.result()).toMatchObject({ status: 'Completed' });
    expect(world.script.placed).toHaveLength(1);
    expect(world.script.takenOver).toHaveLength(1);
  });
});

describe('A placeCall that failed after it dialed', () => {
  it.each([
    { when: 'while it rang', lose: lostAfterDialing, answeredTime: null },
    { when: 'while somebody talked', lose: lostWhileTalking, answeredTime: expect.any(String) as string },
  ])(
    '$when, is never scheduled again: the same attempt is taken over, and its end is what counts',
    async ({ lose, answeredTime }) => {
      world.script.placeCall = lose;
      world.script.takeOver = (attempt) => Promise.resolve(attempt.ended('answered'));
      const call = await startCall(world);
      expect(await call.result()).toMatchObject({ status: 'Completed', disposition: 'answered', attempts: 1 });
      expect(scheduledActivities(await historyOf(call.handle))).toEqual(['placeCall', 'takeOver']);
      const known = { startedTime: expect.any(String) as string, answeredTime: answeredTime, via: null };
      expect(world.script.takenOver).toEqual(world.script.placed.map((placed) => ({ ...placed, known })));
    },
  );

  it('shows that it waits to be taken over, unless somebody talks', async () => {
    const phone = new Phone();
    world.script.placeCall = lostAfterDialing;
    world.script.takeOver = phone.goOn;
    const call = await startCall(world);
    await phone.rings();
    expect(await call.progress()).toMatchObject({ status: 'Running', waitingFor: { for: 'takeover', until: null } });
    await phone.answer();
    expect(await call.progress()).toMatchObject({ status: 'Running', waitingFor: { for: 'end', until: null } });
    await phone.end('answered');
    expect(await call.result()).toMatchObject({ status: 'Completed' });
  });

  it('because its worker fell silent is taken over too', async () => {
    world.script.placeCall = async (attempt) => {
      await attempt.dialing();
      attempt.isSilent = true;
      await world.sleep(15 * SECOND); // longer than it may be silent, by the server's clock
      return attempt.ended('busy');
    };
    world.script.takeOver = (attempt) => Promise.resolve(attempt.ended('answered'));
    const call = await startCall(world);
    expect(await call.result()).toMatchObject({ status: 'Completed', disposition: 'answered', attempts: 1 });
    expect(eventsOf(await historyOf(call.handle), 'activityTaskTimedOut')).toHaveLength(1);
  });

  it('is taken over even past the deadline', async () => {
    world.script.placeCall = async (attempt) => {
      await attempt.dialing();
      await world.sleep(8 * SECOND);
      throw workerLost();
    };
    world.script.takeOver = (attempt) => Promise.resolve(attempt.ended('no-answer', {}, 'deadline'));
    const call = await startCall(world, { deadlineIn: 5 * SECOND, retry: THREE_ATTEMPTS });
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'deadline', attempts: 1 });
  });
});

describe('A takeover', () => {
  const neverPlaced = (): Promise<Outcome> => Promise.resolve({ kind: 'never-placed' });

  it('is tried until it succeeds', async () => {
    world.script.placeCall = lostAfterDialing;
    world.script.takeOver = inTurn(lostBeforeDialing, lostBeforeDialing, (attempt: Attempt) =>
      Promise.resolve(attempt.ended('answered')),
    );
    const call = await startCall(world);
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 1 });
    expect(world.script.takenOver).toHaveLength(3);
    expect(scheduledActivities(await historyOf(call.handle))).toEqual(['placeCall', 'takeOver']);
  });

  it('that finds nothing dialed sends the call back to the queue with the same attempt', async () => {
    world.script.placeCall = inTurn(lostAfterDialing, answers);
    world.script.takeOver = neverPlaced;
    const call = await startCall(world);
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 1 });
    expect(world.script.placed.map(({ attempt }) => attempt)).toEqual([1, 1]);
    expect((await call.progress()).attempts).toMatchObject([{ number: 1, disposition: 'answered' }]);
  });

  it('that finds nothing dialed, past the deadline, ends the call', async () => {
    world.script.placeCall = async (attempt) => {
      await attempt.dialing();
      await world.sleep(8 * SECOND);
      throw workerLost();
    };
    world.script.takeOver = neverPlaced;
    const call = await startCall(world, { deadlineIn: 5 * SECOND });
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'deadline', attempts: 0 });
  });

  it('that cannot tell what became of the attempt fails the call, so that nobody is rung twice', async () => {
    world.script.placeCall = lostAfterDialing;
    world.script.takeOver = (attempt) => Promise.resolve(attempt.ended('uncertain'));
    const call = await startCall(world, { retry: THREE_ATTEMPTS });
    expect(await call.result()).toMatchObject({ status: 'Failed', disposition: 'uncertain', attempts: 1 });
  });

  it.each([
    { how: 'cancelCall', cancel: (call: StartedCall) => call.cancel() },
    { how: 'a native cancellation', cancel: (call: StartedCall) => call.handle.cancel() },
  ])('is not killed by $how: it stops the ringing, and only then the call ends', async ({ cancel }) => {
    const phone = new Phone();
    world.script.placeCall = lostAfterDialing;
    world.script.takeOver = phone.goOn;
    const call = await startCall(world);
    await phone.rings();
    await cancel(call);
    await call.result().catch(() => undefined);
    expect(await call.progress()).toMatchObject({
      status: 'Canceled',
      reason: 'request',
      attempts: [{ number: 1, disposition: 'no-answer' }],
    });
  });

  it('that is lost while it is cancelled is tried again, since somebody may be on the line', async () => {
    const phone = new Phone();
    world.script.placeCall = lostAfterDialing;
    world.script.takeOver = inTurn(async (attempt: Attempt) => {
      await untilAborted(attempt.cancellation);
      throw workerLost('for good'); // as Temporal has it for an activity whose cancellation was asked for
    }, phone.goOn);
    const call = await startCall(world, { deadlineIn: HOUR });
    await eventually(() => world.script.takenOver.length).toBe(1);
    await call.cancel();
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'request', attempts: 1 });
    expect(scheduledActivities(await historyOf(call.handle))).toEqual(['placeCall', 'takeOver', 'takeOver']);
  });
});

describe('What a worker tells of another placement', () => {
  it('is ignored: the call neither counts as dialed nor as answered', async () => {
    const earlier = new Later<Attempt>();
    world.script.placeCall = inTurn(async (attempt: Attempt) => {
      earlier.resolve(attempt);
      return await lostBeforeDialing(attempt);
    }, waitsForALine);
    const call = await startCall(world);
    await eventually(() => failedActivities(call)).toBe(1);
    await world.sleep(2 * SECOND);
    await eventually(() => world.script.placed.length).toBe(2);
    const { input, workflow } = await earlier.promise;
    for (const placement of [input.placement, 'no placement at all', undefined]) {
      await workflow.dialing({ ...input, placement: placement as string }, '2026-11-24T09:00:00.000Z');
      await workflow.answered({ ...input, placement: placement as string }, '2026-11-24T09:00:00.000Z');
    }
    expect(await call.progress()).toMatchObject({ status: 'Queued', attempts: [] });
    await call.cancel();
    expect(await call.result()).toMatchObject({ status: 'Canceled', attempts: 0 });
  });

  it('twice counts once: the first time of dialing and of answering stays', async () => {
    const phone = new Phone();
    world.script.placeCall = phone.ring;
    const call = await startCall(world);
    const { workflow, input } = await phone.rings();
    await phone.answer();
    const before = (await call.progress()).attempts;
    await workflow.dialing(input, '2001-01-01T00:00:00.000Z');
    await workflow.answered(input, '2001-01-01T00:00:00.000Z');
    expect((await call.progress()).attempts).toEqual(before);
    await phone.end('answered');
    await call.result();
  });
});
