import { LiveKitStub } from '../support/livekit-stub.ts';
import { dialerContract } from './contract.ts';
import { openLiveKit } from './livekit-support.ts';

dialerContract('livekit', async () => {
  const stub = await LiveKitStub.start();
  return {
    open: () => openLiveKit(stub),
    ends: {
      answered: '+14155550001',
      busy: '+14155550002',
      'no-answer': '+14155550003',
      declined: '+14155550004',
      'invalid-number': '+14155550006',
      unreachable: '+14155550007',
      'carrier-rejected': '+14155550008',
      failed: '+14155550010',
    },
    // Whole seconds, as LiveKit has it.
    ringTimeoutMs: 1_000,
    rings: '+14155550003',
    talks: '+14155550012',
    dials: (identity) => stub.dials(identity),
    tellsLive: true,
    outage: {
      down: () => stub.down(),
      up: () => stub.up(),
      loseAnswers: (isLost) => stub.loseAnswers(isLost),
    },
    close: () => stub.close(),
  };
});
