import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLedger } from '../../src/dialers/simulator/ledger.ts';
import { createSimulator } from '../../src/dialers/simulator/dialer.ts';
import { dialerContract } from './contract.ts';

/** 45 seconds of ringing are nearly two, and somebody who talks does so for more than one. */
const SPEED = 25;

dialerContract('the simulator', () => {
  const folder = mkdtempSync(join(tmpdir(), 'outdial-ledger-'));
  const ledgerPath = join(folder, 'ledger.jsonl');
  return Promise.resolve({
    open: () => createSimulator({ trunk: 'demo', ledgerPath, speed: SPEED }),
    ends: {
      answered: '+14155550001',
      busy: '+14155550002',
      'no-answer': '+14155550003',
      declined: '+14155550004',
      voicemail: '+14155550005',
      'invalid-number': '+14155550006',
      unreachable: '+14155550007',
      'carrier-rejected': '+14155550008',
      'agent-unavailable': '+14155550009',
      failed: '+14155550010',
      uncertain: '+14155550011',
    },
    ringTimeoutMs: 45_000,
    rings: '+14155550003',
    talks: '+14155550001',
    dials: (identity) =>
      readLedger(ledgerPath).filter((line) => line.event === 'place' && line.identity === identity).length,
    tellsLive: true,
    outage: null,
    close: () => Promise.resolve(rmSync(folder, { recursive: true })),
  });
});
