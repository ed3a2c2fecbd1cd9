import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, eventually, hasEnded, type TrunkAnswer } from '../support/api.ts';
import { Deployment, testConfig } from '../support/deployment.ts';
import { auditLedger } from '../support/ledger-audit.ts';
import type { OutdialProcess } from '../support/process.ts';

const LINES = 10;
const CALLS_PER_SECOND = 2;
/** An answered call rings for 2.7 s and talks for 20: it outlives its worker by more than the 10 s after which it is missed. */
const SPEED = 1.5;

/** As many calls that talk as there are lines, and as many behind them that find their person busy. */
const CALLS = [
  ...Array.from({ length: LINES }, () => ({ endpoint: '+15551230001', priority: 2 })),
  ...Array.from({ length: LINES }, () => ({ endpoint: '+15551230002', priority: 1 })),
];

/**
 * Promises for two workers and a backlog on ten lines, when something happens to the worker that hosts the lines.
 *
 * @param what "when the host is killed"
 * @param fault does it
 */
export function describeHostFault(what: string, fault: (host: OutdialProcess) => Promise<void>): void {
  describe(what, () => {
    let deployment: Deployment;
    let api: Api;
    let faultAt: number;
    let callIds: string[];

    beforeAll(async () => {
      const config = testConfig({ lines: LINES, speed: SPEED, callsPerSecond: CALLS_PER_SECOND });
      deployment = await Deployment.start(config);
      const [first, second] = await Promise.all([deployment.startWorker(), deployment.startWorker()]);
      ({ api } = await deployment.startApi());
      await eventually(
        () => trunk(api),
        ({ host }) => host !== null,
      );
      callIds = (await api.bulk('demo', CALLS)).map(({ callId }) => callId);

      // Some ring, some talk, and the rest wait: for a line, and for the pace.
      await eventually(
        () => Promise.resolve(dialTimes(deployment).length),
        (dialed) => dialed >= 6,
      );
      const { host } = await trunk(api);
      faultAt = Date.now();
      await fault(host?.startsWith(`${first.pid}@`) ? first : second);
      for (const callId of callIds) await api.until(callId, hasEnded, 120_000);
    }, 180_000);

    afterAll(() => deployment.stop());

    test('the carrier never has more calls than there are lines, and is asked for none of them twice', () => {
      const { peakLive, dialedTwice, withoutEnd, endedTwice } = auditLedger(deployment.readLedger());
      expect(peakLive).toBeLessThanOrEqual(LINES);
      expect({ dialedTwice, withoutEnd, endedTwice }).toEqual({ dialedTwice: [], withoutEnd: [], endedTwice: [] });
    });

    test('no second sees more dials than the carrier allows', () => {
      expect(auditLedger(deployment.readLedger()).maxDialsInAnySecond).toBeLessThanOrEqual(CALLS_PER_SECOND);
    });

    test('every call, those live at the time too, is reported as the carrier has it, in one attempt', async () => {
      const ends = new Map(
        deployment
          .readLedger()
          .filter(({ event }) => event === 'ended')
          .map(({ identity, time, disposition }) => [identity, { endedTime: time, disposition }]),
      );
      for (const callId of callIds) {
        expect((await api.get(callId)).attempts).toMatchObject([{ number: 1, ...ends.get(`${callId}.1`) }]);
      }
    });

    test('new calls are dialed within twenty seconds', () => {
      // What the old host was about to dial in the very second does not count.
      const next = dialTimes(deployment).filter((time) => time > faultAt + 1_000);
      expect(Math.min(...next) - faultAt).toBeLessThan(20_000);
    });
  });
}

const dialTimes = (deployment: Deployment): number[] =>
  deployment.readLedger().flatMap(({ event, time }) => (event === 'place' ? [Date.parse(time)] : []));

async function trunk(api: Api): Promise<TrunkAnswer> {
  const { body } = await api.read<TrunkAnswer[]>('/trunks');
  if (body[0] === undefined) throw new Error('Expected the trunk to be listed');
  return body[0];
}
