import { setTimeout as sleep } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { replanCalls } from '../../src/activities/replan-calls.ts';
import { type Configuration, parseConfiguration } from '../../src/config/configuration.ts';
import { hoursFingerprint } from '../../src/config/trunk-settings.ts';
import type { ReplanRequest } from '../../src/contract/trunk.ts';
import { DAY, startCall, type StartedCall } from './requests.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld('real');

/** An organization whose agent `reminder` calls on Mondays, until then. */
const opensUntil = (hour: number): Configuration =>
  parseConfiguration(
    `
organizations:
  - { orgId: acme, apiKeys: [{ name: tests, key: key-of-acme }] }
trunks:
  - { name: demo, orgId: acme, lines: 1, dialer: { type: simulator } }
agents:
  - agentId: reminder
    orgId: acme
    name: Reminder
    trunk: demo
    schedule: { timezone: UTC, monday: [{ start: '09:00', end: '${hour}:00' }] }
`,
    {},
    'outdial.yaml',
  );

function requestFor(configuration: Configuration): ReplanRequest {
  const hours = { reminder: hoursFingerprint(configuration.agent('acme', 'reminder')?.schedule ?? null) };
  return { orgId: 'acme', trunk: 'demo', hours: ['reminder'], enabled: [], rules: { hours, disabled: [] } };
}

const replan = (configuration: () => Configuration, request: ReplanRequest): Promise<void> =>
  new MockActivityEnvironment().run(replanCalls, world.client, configuration, request);

/** How often calls were asked for a plan by other hours. */
const asked = () => world.script.plannedAnew.length;

/** A call that waits until tomorrow, for its calling hours. */
const sleeper = (): Promise<StartedCall> => startCall(world, { dueIn: DAY });

async function end(...calls: readonly StartedCall[]): Promise<void> {
  for (const call of calls) await call.cancel();
  for (const call of calls) await call.result();
}

describe('Telling the calls of an agent of its new hours', () => {
  it('reaches those that turn up in the lists late, too, and each call once', async () => {
    const configuration = opensUntil(17);
    const first = await sleeper();
    const told = replan(() => configuration, requestFor(configuration));
    await eventually(asked).toBe(1);
    await sleep(8_000); // what a busy server may take until it lists a call
    const late = await sleeper();
    await told;
    await eventually(asked).toBe(2);
    await end(first, late);
  });

  it('ends once newer ones are known, and tells nobody of those that it was asked to tell', async () => {
    const [old, newer] = [opensUntil(17), opensUntil(18)];
    let configuration = old;
    const first = await sleeper();
    const told = replan(() => configuration, requestFor(old)).catch((error: unknown) => error);
    await eventually(asked).toBe(1);
    configuration = newer;
    const second = await sleeper();
    expect(await told).toMatchObject({ type: 'OldConfiguration' });
    expect(asked()).toBe(1);
    await end(first, second);
  });
});
