import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/contract/placement.ts';
import { toInstant } from '../../src/domain/instant.ts';
import { delayAfter } from '../../src/lines/outage.ts';
import { answers, endsAs, inTurn, reachesVoicemail } from './attempt.ts';
import { DAY, HOUR, MINUTE, SECOND, startCall, THREE_ATTEMPTS } from './requests.ts';
import { useWorld } from './world.ts';

const world = useWorld();

describe('A call that nobody answers', () => {
  it('is tried again after the delay of its disposition, no sooner, and completes when somebody answers then', async () => {
    const placedAt: number[] = [];
    const placed = inTurn(endsAs('no-answer'), endsAs('busy'), answers);
    world.script.placeCall = async (attempt) => {
      placedAt.push(await world.now());
      return await placed(attempt);
    };
    const call = await startCall(world, { retry: THREE_ATTEMPTS });
    expect(await call.result()).toMatchObject({ status: 'Completed', disposition: 'answered', attempts: 3 });
    expect((await call.progress()).attempts).toMatchObject([
      { number: 1, disposition: 'no-answer' },
      { number: 2, disposition: 'busy' },
      { number: 3, disposition: 'answered' },
    ]);
    const [first = 0, second = 0, third = 0] = placedAt;
    expect(Math.round((second - first) / MINUTE)).toBe(30);
    expect(Math.round((third - second) / MINUTE)).toBe(5);
    expect(world.script.placed.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it('asks for a plan not before the delay has passed, with all that the plan depends on', async () => {
    let endedAt = 0;
    world.script.placeCall = inTurn(async (attempt) => {
      endedAt = await world.now();
      return await endsAs('no-answer')(attempt);
    }, answers);
    const call = await startCall(world, { retry: THREE_ATTEMPTS });
    await call.result();
    const { orgId, agentId, timezone, callDeadline } = call.call.facts;
    const notBefore = expect.any(Number) as number;
    const delayMs = 30 * MINUTE;
    expect(world.script.retries).toEqual([{ orgId, agentId, timezone, callDeadline, notBefore, delayMs }]);
    const delay = (world.script.retries[0]?.notBefore ?? 0) - endedAt;
    expect(delay).toBeGreaterThanOrEqual(30 * MINUTE);
    expect(delay).toBeLessThan(30 * MINUTE + 10 * SECOND);
  });

  it('sleeps until the plan that it was given, which may lie beyond the delay', async () => {
    world.script.placeCall = inTurn(endsAs('busy'), answers);
    world.script.planRetry = ({ notBefore }) => ({
      at: toInstant(notBefore + 10 * HOUR),
      waitingFor: 'calling-window',
      summary: 'waits until 09:00 America/New_York',
    });
    const call = await startCall(world, { retry: THREE_ATTEMPTS });
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 2 });
    const [{ notBefore } = { notBefore: 0 }] = world.script.retries;
    expect((await call.progress()).nextScheduleTime).toBe(toInstant(notBefore + 10 * HOUR));
  });

  it('has failed once its attempts are used up', async () => {
    world.script.placeCall = endsAs('busy');
    const call = await startCall(world, { retry: THREE_ATTEMPTS });
    expect(await call.result()).toMatchObject({ status: 'Failed', reason: null, disposition: 'busy', attempts: 3 });
    expect(world.script.placed).toHaveLength(3);
  });

  it('has failed after one attempt where nobody asked for more', async () => {
    world.script.placeCall = endsAs('busy');
    const call = await startCall(world);
    expect(await call.result()).toMatchObject({ status: 'Failed', attempts: 1 });
  });
});

describe('Voicemail', () => {
  it('counts as connected', async () => {
    world.script.placeCall = reachesVoicemail;
    const call = await startCall(world, { retry: THREE_ATTEMPTS });
    expect(await call.result()).toMatchObject({ status: 'Completed', disposition: 'voicemail', attempts: 1 });
  });

  it('counts as an attempt where the agent wants a person', async () => {
    world.script.placeCall = inTurn(reachesVoicemail, answers);
    const call = await startCall(world, { retry: THREE_ATTEMPTS, input: { onVoicemail: 'retry' } });
    expect(await call.result()).toMatchObject({ status: 'Completed', disposition: 'answered', attempts: 2 });
  });

  it('has failed where the agent wants a person and no attempt is left', async () => {
    world.script.placeCall = reachesVoicemail;
    const call = await startCall(world, { input: { onVoicemail: 'retry' } });
    expect(await call.result()).toMatchObject({ status: 'Failed', disposition: 'voicemail', attempts: 1 });
  });
});

describe('A call that the gate does not let through', () => {
  const notNow = async (ms: number): Promise<Outcome> => ({
    kind: 'not-now',
    plan: { at: toInstant((await world.now()) + ms), waitingFor: 'agent-disabled', summary: 'its agent is disabled' },
  });

  it('sleeps again, shows why, and has spent no attempt', async () => {
    world.script.placeCall = inTurn(() => notNow(HOUR), answers);
    const call = await startCall(world);
    await expect
      .poll(() => call.progress())
      .toMatchObject({
        status: 'Pending',
        attempts: [],
        waitingFor: { for: 'agent-disabled' },
      });
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 1 });
    expect(world.script.placed.map(({ attempt }) => attempt)).toEqual([1, 1]);
    expect(new Set(world.script.placed.map(({ placement }) => placement)).size).toBe(2);
  });

  it('may be sent back any number of times, and is canceled by its deadline at last', async () => {
    world.script.placeCall = () => notNow(5 * HOUR);
    const call = await startCall(world, { deadlineIn: DAY });
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason: 'deadline', attempts: 0 });
    expect(world.script.placed).toHaveLength(5); // after 0, 5, 10, 15 and 20 hours
  });

  it('keeps the attempts that it has spent before', async () => {
    world.script.placeCall = inTurn(endsAs('busy'), () => notNow(HOUR), answers);
    const call = await startCall(world, { retry: THREE_ATTEMPTS });
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 2 });
    expect(world.script.placed.map(({ attempt }) => attempt)).toEqual([1, 2, 2]);
  });

  it('while its provider is down, for ten minutes say, is dialed within three minutes of its end, in its first attempt', async () => {
    let began: number | null = null;
    let dialedAt = 0;
    world.script.placeCall = async (attempt) => {
      const now = await world.now();
      began ??= now;
      await attempt.dialing();
      dialedAt = now - began;
      if (dialedAt >= 10 * MINUTE) return await answers(attempt);
      const summary = 'its trunk’s provider cannot be reached';
      return { kind: 'not-now', plan: { at: toInstant(now + delayAfter(dialedAt)), waitingFor: 'provider', summary } };
    };
    const call = await startCall(world);
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 1 });
    expect(dialedAt).toBeLessThan(13 * MINUTE);
    expect(world.script.placed.length).toBeLessThan(20);
  });

  it.each([
    { because: 'deadline', reason: 'deadline' },
    { because: 'canceled', reason: 'deadline' },
    { because: 'country-not-allowed', reason: 'country-not-allowed' },
    { because: 'caller-id-not-allowed', reason: 'caller-id-not-allowed' },
  ] as const)('is canceled when placeCall did not dial because of $because', async ({ because, reason }) => {
    world.script.placeCall = () => Promise.resolve({ kind: 'not-dialed', because });
    const call = await startCall(world);
    expect(await call.result()).toMatchObject({ status: 'Canceled', reason, attempts: 0 });
  });
});
