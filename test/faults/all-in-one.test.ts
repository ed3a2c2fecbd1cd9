import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readLedger } from '../../src/dialers/simulator/ledger.ts';
import { type Api, eventually, hasEnded } from '../support/api.ts';
import { AllInOne, testConfig } from '../support/deployment.ts';
import { auditLedger } from '../support/ledger-audit.ts';

const LINES = 10;
const CALLS_PER_SECOND = 3;

/** As many calls that talk as there are lines, and as many behind them that find their person busy. */
const CALLS = [
  ...Array.from({ length: LINES }, () => ({ endpoint: '+15551230001', priority: 2 })),
  ...Array.from({ length: LINES }, () => ({ endpoint: '+15551230002', priority: 1 })),
];

describe('when the whole of Outdial is killed with -9 while calls ring and talk, and started again', () => {
  let outdial: AllInOne;
  let api: Api;
  let callIds: string[];
  let placedBefore: number;

  beforeAll(async () => {
    outdial = await AllInOne.create(testConfig({ lines: LINES, speed: 1.5, callsPerSecond: CALLS_PER_SECOND }));
    const first = await outdial.start();
    const calls = await first.api.bulk('demo', CALLS);
    callIds = calls.map(({ callId }) => callId);
    placedBefore = await eventually(
      () => Promise.resolve(placed()),
      (count) => count >= 6,
    );
    await first.process.end('SIGKILL');

    ({ api } = await outdial.start());
    for (const callId of callIds) await api.until(callId, hasEnded, 120_000);
  }, 200_000);

  afterAll(() => outdial.stop());

  const placed = (): number => readLedger(outdial.ledgerPath).filter(({ event }) => event === 'place').length;

  test('calls were in progress, and others still waited', () => {
    expect(placedBefore).toBeLessThan(callIds.length);
  });

  test('no attempt is dialed twice, and never are more calls live than the trunk has lines', () => {
    const { peakLive, dialedTwice, withoutEnd } = auditLedger(readLedger(outdial.ledgerPath));
    expect(peakLive).toBeLessThanOrEqual(LINES);
    expect({ dialedTwice, withoutEnd }).toEqual({ dialedTwice: [], withoutEnd: [] });
  });

  test('no second sees more dials than the carrier allows, before, during and after', () => {
    expect(auditLedger(readLedger(outdial.ledgerPath)).maxDialsInAnySecond).toBeLessThanOrEqual(CALLS_PER_SECOND);
  });

  test('every call ends, in one attempt', async () => {
    for (const callId of callIds) expect((await api.get(callId)).attempts).toHaveLength(1);
  });
});
