import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { createCallActivities } from '../../src/activities/call-activities.ts';
import { toPageCall } from '../../src/api/accepting/page-calls.ts';
import { readCalls } from '../../src/api/accepting/read-calls.ts';
import { acceptanceOf } from '../../src/api/accepting/resolve-call.ts';
import { parseConfiguration } from '../../src/config/configuration.ts';
import type { Outcome } from '../../src/contract/placement.ts';
import { toInstant } from '../../src/domain/instant.ts';
import { readClock, transitions } from '../domain/zones.ts';
import { answers, endsAs, type Attempt } from './attempt.ts';
import { Batch } from './batches.ts';
import { type CallWish, DAY, HOUR, MINUTE, ORG_ID, TRUNK } from './requests.ts';
import { useWorld } from './world.ts';

const world = useWorld();

/** Whose clocks change twice a year: by an hour, or half of one, in the north and in the south. */
const CHANGING = ['America/New_York', 'Europe/London', 'Australia/Lord_Howe'] as const;
/** Samoa has had no daylight saving since 2021. */
const ZONES = [...CHANGING, 'Pacific/Apia'] as const;

const [OPENS, CLOSES] = [9 * HOUR, 17 * HOUR];
/** The first delay ends at night, whenever in the hours it begins. */
const configuration = parseConfiguration(
  `
organizations: [{ orgId: ${ORG_ID} }]
trunks: [{ orgId: ${ORG_ID}, name: ${TRUNK}, lines: 20, dialer: { type: simulator } }]
agents:
  - orgId: ${ORG_ID}
    agentId: office
    name: From nine to five
    trunk: ${TRUNK}
    defaultDeadline: 30d
    schedule:
      monday: &hours [{ start: "09:00", end: "17:00" }]
      tuesday: *hours
      wednesday: *hours
      thursday: *hours
      friday: *hours
      saturday: *hours
      sunday: *hours
    retry: { maxAttempts: 3, delays: { busy: 11h, no-answer: [30m, 2h] } }
`,
  {},
  'test.yaml',
);
const deps = { secret: 'of tests', priorityLevels: 50, configuration: () => configuration } as const;

/** A call that is dialed, in the server's time. */
interface Dial {
  readonly zone: string;
  readonly attempt: number;
  readonly at: number;
}

/** When the clocks change in the year ahead. */
const changesAhead = (now: number): number[] =>
  CHANGING.flatMap((zone) => transitions(zone).filter((at) => at > now && at < now + 365 * DAY));

/** What is scheduled in every zone, around each of these changes. */
const scheduleAround = (changes: readonly number[]): { timezone: string; scheduledTime: number }[] =>
  ZONES.flatMap((timezone) =>
    changes.flatMap((change) =>
      [-26, -9, -1, 1, 14].map((hours) => ({ timezone, scheduledTime: change + hours * HOUR })),
    ),
  );

/** What a bulk request of these calls is accepted as. */
async function accept(calls: ReturnType<typeof scheduleAround>, now: number): Promise<CallWish[]> {
  const agent = configuration.agent(ORG_ID, 'office');
  if (agent === null) throw new Error('The agent is missing');
  const body = calls.map((call) => ({
    ...call,
    endpoint: '+14155550001',
    scheduledTime: toInstant(call.scheduledTime),
  }));
  const accepted = await readCalls(body, acceptanceOf(configuration, agent, now));
  return accepted.map((call) => {
    const { input } = toPageCall(deps, agent, call, null, '');
    return { facts: call.facts, input, retry: input.retry };
  });
}

/** Plans as a worker does. */
function planAsAWorker(): void {
  const notAsked = () => Promise.reject(new Error('asked'));
  const elsewhere = { client: null as unknown as Client, queues: { read: notAsked, setRate: notAsked } };
  const activities = createCallActivities({ ...deps, ...elsewhere });
  world.script.planRetry = (request) => activities.planRetry(request);
}

/** Dials whatever it is asked to, at once: busy, then no answer, then answered. @returns the dials of each call */
function noteDials(): Map<string, Dial[]> {
  const dials = new Map<string, Dial[]>();
  world.script.placeCall = async (attempt: Attempt): Promise<Outcome> => {
    const { timezone: zone, attempt: number } = attempt.input;
    const { callId } = attempt.workflow;
    dials.set(callId, [...(dials.get(callId) ?? []), { zone, attempt: number, at: await world.now() }]);
    return await ([endsAs('busy'), endsAs('no-answer')][number - 1] ?? answers)(attempt);
  };
  return dials;
}

/** What the recipient's clock shows, in milliseconds from midnight. */
const timeOfDay = (zone: string, at: number): number => readClock(at, zone) % DAY;

const isInHours = (zone: string, at: number): boolean => timeOfDay(zone, at) >= OPENS && timeOfDay(zone, at) < CLOSES;

/** The first minute in hours: looked for on the recipient's clock. */
function firstInHours(zone: string, from: number): number {
  for (let at = from; ; at += MINUTE) if (isInHours(zone, at)) return at;
}

/** The differences to UTC that these dials met, in minutes. */
const offsets = (dials: readonly Dial[]): number[] =>
  [...new Set(dials.map(({ zone, at }) => Math.round((readClock(at, zone) - at) / MINUTE)))].sort((a, b) => a - b);

it('A batch across both changes of the clock calls everybody from 9 to 17 by their own clock, and nobody outside', async () => {
  const now = await world.now();
  const changes = changesAhead(now);
  const scheduled = scheduleAround(changes);
  planAsAWorker();
  const dials = noteDials();

  const batch = await Batch.open(world, await accept(scheduled, now));
  await batch.load();
  await batch.seal();
  for (let month = 0; month < 13; month += 1) await world.sleep(31 * DAY);
  expect(await batch.result()).toEqual({ completed: scheduled.length, failed: 0, canceled: 0 });

  const all = [...dials.values()].flat();
  expect(all.filter(({ zone, at }) => !isInHours(zone, at))).toEqual([]);
  for (const [index, { timezone, scheduledTime }] of scheduled.entries()) {
    const attempts = dials.get(batch.calls[index]?.callId ?? '') ?? [];
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    const [first = NaN, second = NaN, third = NaN] = attempts.map(({ at }) => at);
    const due = firstInHours(timezone, Math.max(scheduledTime, now));
    expect(first).toBeGreaterThanOrEqual(due);
    expect(first - due).toBeLessThan(2 * MINUTE);
    // After 11 hours, when the hours begin; after half an hour and a little more, if they have not ended.
    expect(second - firstInHours(timezone, first + 11 * HOUR)).toBeLessThan(2 * MINUTE);
    expect(third - second).toBeGreaterThanOrEqual(30 * MINUTE);
    expect(third - second).toBeLessThan(35 * MINUTE);
  }

  // Before and after each change.
  expect(changes).toHaveLength(6);
  const met = ZONES.map((zone) => offsets(all.filter((one) => one.zone === zone)));
  expect(met).toEqual([[-300, -240], [0, 60], [630, 660], [780]]);
}, 120_000);
