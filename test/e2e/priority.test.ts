import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { priorityKey } from '../../src/domain/priority.ts';
import { type Api, eventually, type TrunkAnswer } from '../support/api.ts';
import { Deployment, testConfig } from '../support/deployment.ts';
import { auditLedger } from '../support/ledger-audit.ts';

/** Busy at once: the line is free again after a few milliseconds. */
const BUSY = '+14155550002';
const CALLS = 60;

/** Mixed priorities in an order of arrival that is none of theirs, with ties; from call to call they jump up and down. */
const PRIORITIES = Array.from({ length: CALLS }, (_, index) => {
  const some = [1, 100, -7, 50, 1_000, 0, 5, 26, 2, 30, -100, 25, 99, 10, 2_000_000_000, 9];
  return some[(index * 7) % some.length] ?? 1;
});

let deployment: Deployment;
/** An API for a server with 50 levels, and one for a server with 5. */
let api: Api;
let apiOfFive: Api;

beforeAll(async () => {
  deployment = await Deployment.start(testConfig({ lines: 1, speed: 1_000 }));
  const [first, second] = await Promise.all([
    deployment.startApi(),
    deployment.startApi({ OUTDIAL_PRIORITY_LEVELS: '5' }),
    deployment.startWorker(),
  ]);
  api = first.api;
  apiOfFive = second.api;
});

afterAll(() => deployment.stop());

/**
 * The priorities in the order in which the carrier was asked to dial, of calls that all waited on a paused trunk with one
 * line: each is sent once the one before it is queued.
 */
async function dialOrder(through: Api): Promise<{ priority: number; arrival: number }[]> {
  await api.request('POST', '/trunks/demo/pause');
  const before = auditLedger(deployment.readLedger()).dials;
  const arrivals = new Map<string, number>();
  for (const [arrival, priority] of PRIORITIES.entries()) {
    const { callId } = await through.call('demo', { endpoint: BUSY, priority });
    arrivals.set(`${callId}.1`, arrival);
    await through.until(callId, ({ status }) => status === 'Queued');
  }
  await eventually(
    async () => (await api.read<TrunkAnswer[]>('/trunks')).body[0]?.queued,
    (queued) => queued === CALLS,
  );
  expect(auditLedger(deployment.readLedger()).dials).toBe(before);

  await api.request('POST', '/trunks/demo/resume');
  const { order } = await eventually(
    () => Promise.resolve(auditLedger(deployment.readLedger())),
    ({ dials }) => dials === before + CALLS,
  );
  return order.slice(before).map((identity) => {
    const arrival = arrivals.get(identity) ?? -1;
    return { priority: PRIORITIES[arrival] ?? NaN, arrival };
  });
}

/** As they should have been dialed: by Temporal's priority key, and within one by arrival. */
const expectedOrder = (levels: number) =>
  PRIORITIES.map((priority, arrival) => ({ priority, arrival })).sort(
    (a, b) => priorityKey(a.priority, levels) - priorityKey(b.priority, levels) || a.arrival - b.arrival,
  );

describe('60 calls that wait for the one line of a trunk', () => {
  test('are dialed in exact order of priority key and then arrival, when it is resumed', async () => {
    const order = await dialOrder(api);
    expect(order).toEqual(expectedOrder(50));
    // Those that the levels keep apart are in order of priority itself.
    const firsts = [2_000_000_000, 1_000, 100, 50, 25, 2, 1, 0, -7, -100].map((priority) =>
      order.findIndex((one) => one.priority === priority),
    );
    expect(firsts.filter((place) => place >= 0)).toEqual([...firsts].filter((p) => p >= 0).sort((a, b) => a - b));
    expect(await auditPeak()).toBe(1);
  });

  test('with five levels tie as is documented, first come, first served: below 1, 1, 2 to 9, 10 to 99, from 100', async () => {
    const order = await dialOrder(apiOfFive);
    expect(order).toEqual(expectedOrder(5));
    const level = (priority: number) =>
      priority < 1 ? 'below 1' : priority < 2 ? '1' : priority < 10 ? '2' : priority < 100 ? '10' : '100';
    const levels = order.map(({ priority }) => level(priority));
    expect(levels.filter((one, index) => one !== levels[index - 1])).toEqual(['100', '10', '2', '1', 'below 1']);
    expect(await auditPeak()).toBe(1);
  });
});

const auditPeak = (): Promise<number> => Promise.resolve(auditLedger(deployment.readLedger()).peakLive);
