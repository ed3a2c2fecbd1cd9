import { describe, expect, it } from 'vitest';
import { gate } from '../../src/activities/gate.ts';
import { parseConfiguration } from '../../src/config/configuration.ts';
import { answers } from './attempt.ts';
import { historyOf } from './history.ts';
import { DAY, HOUR, MINUTE, startCall } from './requests.ts';
import { useWorld } from './world.ts';

const world = useWorld();

const configuration = parseConfiguration(
  `
trunks: [{ name: demo, lines: 1, dialer: { type: simulator } }]
agents:
  - agentId: office
    name: From nine to five
    trunk: demo
    schedule:
      monday: &hours [{ start: "09:00", end: "17:00" }]
      tuesday: *hours
      wednesday: *hours
      thursday: *hours
      friday: *hours
      saturday: *hours
      sunday: *hours
`,
  {},
  'test.yaml',
);

const host = {
  agent: () => configuration.agent('default', 'office') ?? undefined,
  trunk: () => configuration.trunk('default', 'demo') ?? undefined,
  batchGate: () => Promise.resolve('open' as const),
  isPaused: () => Promise.resolve(false),
};

/** Dials as a worker does whose clock shows what `clock` makes of the server's. @returns when it dialed, by both clocks */
function dialBy(clock: (serverTime: number) => number): { server: number; worker: number }[] {
  const dials: { server: number; worker: number }[] = [];
  world.script.placeCall = async (attempt) => {
    const server = await world.now();
    const worker = clock(server);
    const refused = await gate(host, attempt.input, worker, false);
    if (refused !== null) return refused;
    dials.push({ server, worker });
    return await answers(attempt);
  };
  return dials;
}

/** Starts a call that is due at 9:00 of tomorrow. @returns that, in milliseconds since the epoch */
async function startForTomorrow() {
  const now = await world.now();
  const nine = Math.floor(now / DAY) * DAY + DAY + 9 * HOUR;
  return { nine, call: await startCall(world, { dueIn: nine - now, facts: { timezone: 'UTC' } }) };
}

describe('A worker whose clock has jumped back', () => {
  it('dials a call once, in its hours by that clock too, and does not ask all the time', async () => {
    const dials = dialBy((serverTime) => serverTime - 2 * HOUR);
    const { nine, call } = await startForTomorrow();
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 1 });
    expect(dials).toHaveLength(1);
    const [{ worker } = { worker: NaN }] = dials;
    expect(worker).toBeGreaterThanOrEqual(nine);
    expect(worker).toBeLessThan(nine + 6 * MINUTE);
    expect(world.script.placed.length).toBeLessThan(30);
    expect((await historyOf(call.handle)).events?.length).toBeLessThan(500);
  });

  it('and is set right dials within minutes', async () => {
    const dials = dialBy((serverTime) => (world.script.placed.length === 1 ? serverTime - 2 * HOUR : serverTime));
    const { nine, call } = await startForTomorrow();
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 1 });
    expect(dials.map(({ server }) => Math.floor((server - nine) / MINUTE))).toEqual([5]);
  });

  it('by a moment waits for that moment', async () => {
    dialBy((serverTime) => serverTime - 300);
    const { call } = await startForTomorrow();
    expect(await call.result()).toMatchObject({ status: 'Completed', attempts: 1 });
    expect(world.script.placed.length).toBeLessThanOrEqual(3);
  });
});
