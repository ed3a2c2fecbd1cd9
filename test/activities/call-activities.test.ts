import type { Client } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { createCallActivities, type QueuePace } from '../../src/activities/call-activities.ts';
import { parseConfiguration } from '../../src/config/configuration.ts';

const configuration = parseConfiguration(
  `
trunks:
  - { name: demo, lines: 1, callsPerSecond: 5, dialer: { type: simulator } }
  - { name: free, lines: 1, dialer: { type: simulator } }
agents:
  - agentId: mondays
    name: On Mondays
    trunk: demo
    schedule: { timezone: UTC, monday: [{ start: "09:00", end: "17:00" }] }
`,
  {},
  'test.yaml',
);

/** The pace of one queue, as the server would keep it. */
class KeptPace implements QueuePace {
  rate: number | null = null;
  reason: string | null = null;
  since: Date | null = null;
  changes = 0;

  read(): ReturnType<QueuePace['read']> {
    return Promise.resolve({ rate: this.rate, reason: this.reason, since: this.since });
  }

  setRate(_: unknown, rate: number | null, reason: string | null): Promise<void> {
    Object.assign(this, { rate, reason, since: new Date(), changes: this.changes + 1 });
    return Promise.resolve();
  }
}

const demo = { orgId: 'default', trunk: 'demo' };

function makeActivities() {
  const queues = new KeptPace();
  // What needs a server is tested with one.
  const client = null as unknown as Client;
  const deps = { client, configuration: () => configuration, secret: 'of tests', priorityLevels: 50 } as const;
  return { queues, activities: createCallActivities({ ...deps, queues }) };
}

describe('the pace of a trunk', () => {
  test('is its configured rate, or none', async () => {
    const { queues, activities } = makeActivities();
    await activities.configureTrunk(demo, null);
    expect(queues.rate).toBe(5);
    await activities.configureTrunk({ orgId: 'default', trunk: 'free' }, null);
    expect(queues.rate).toBeNull();
  });

  test('is the one that its host has told, where this process has read another', async () => {
    const { queues, activities } = makeActivities();
    await activities.configureTrunk(demo, null, 9);
    expect(queues.rate).toBe(9);
    await activities.configureTrunk(demo, null, null);
    expect(queues.rate).toBeNull();
  });

  test('is 0 while it is paused, and its rate again once it is resumed', async () => {
    const { queues, activities } = makeActivities();
    expect(await activities.configureTrunk(demo, { paused: true, reason: 'flood' })).toMatchObject({
      paused: true,
      reason: 'flood',
    });
    expect(queues).toMatchObject({ rate: 0, reason: 'flood' });
    expect(await activities.configureTrunk(demo, { paused: false, reason: null })).toMatchObject({
      paused: false,
      since: null,
    });
    expect(queues.rate).toBe(5);
  });

  test('stays paused when its workflow starts anew, or its configuration changes', async () => {
    const { queues, activities } = makeActivities();
    await activities.configureTrunk(demo, { paused: true, reason: 'flood' });
    expect(await activities.configureTrunk(demo, null)).toMatchObject({ paused: true, reason: 'flood' });
    expect(queues.rate).toBe(0);
  });

  test('is written only when it changes', async () => {
    const { queues, activities } = makeActivities();
    await activities.configureTrunk(demo, null);
    await activities.configureTrunk(demo, null);
    expect(queues.changes).toBe(1);
  });
});

describe('the plans of calls that have not started', () => {
  test('follow the hours of their agents as they are now, and stay where the agent is gone', async () => {
    const notBefore = Date.parse('2035-12-28T12:00:00Z'); // A Friday.
    const plan = { at: '2035-12-28T12:00:00.000Z', waitingFor: 'scheduled-time', summary: '' } as const;
    const call = { timezone: 'UTC', callDeadline: '2036-01-01T00:00:00.000Z', notBefore, plan } as const;
    const of = (agentId: string) => ({ ...call, orgId: 'default', agentId, because: 'scheduled-time' }) as const;
    expect(await makeActivities().activities.planUnstarted([of('mondays'), of('gone')])).toEqual([
      expect.objectContaining({ at: '2035-12-31T09:00:00.000Z', waitingFor: 'calling-window' }),
      null,
    ]);
  });
});

describe('the plan of a retry', () => {
  test('lies inside the calling window again', async () => {
    const plan = await makeActivities().activities.planRetry({
      orgId: 'default',
      agentId: 'mondays',
      timezone: 'UTC',
      callDeadline: '2036-01-01T00:00:00.000Z',
      notBefore: Date.parse('2035-12-28T12:00:00Z'), // A Friday.
    });
    expect(plan).toMatchObject({ at: '2035-12-31T09:00:00.000Z', waitingFor: 'calling-window' });
  });

  test('is another one each time, so that calls that ended together do not go out together again', async () => {
    const { activities } = makeActivities();
    const notBefore = Date.parse('2035-12-31T12:00:00Z'); // A Monday.
    const deadline = '2036-01-01T00:00:00.000Z';
    const request = { orgId: 'default', agentId: 'mondays', timezone: 'UTC', callDeadline: deadline, notBefore };
    const delayed = { ...request, delayMs: 30 * 60_000 };
    const plans = await Promise.all(Array.from({ length: 50 }, () => activities.planRetry(delayed)));
    const later = plans.map(({ at }) => Date.parse(at) - notBefore);
    expect(new Set(later).size).toBeGreaterThan(40);
    for (const ms of later) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThan(3 * 60_000);
    }
    expect(await activities.planRetry(request)).toMatchObject({ at: new Date(notBefore).toISOString() });
  });
});
