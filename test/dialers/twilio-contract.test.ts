import { TwilioWorld, numberOf } from '../support/twilio-world.ts';
import { dialerContract, type DialerWorld } from './contract.ts';

/** Twilio lets a call ring for whole seconds. */
const RING_TIMEOUT_MS = 1_000;

async function openWorld(tells: boolean, ends: DialerWorld['ends']): Promise<DialerWorld> {
  const world = await TwilioWorld.open();
  const { stub } = world;
  stub.tells = tells;
  return {
    open: () => world.dialer(),
    ends,
    ringTimeoutMs: RING_TIMEOUT_MS,
    rings: '0003',
    talks: '0012',
    endpointOf: numberOf,
    dials: (identity) => stub.dials(identity),
    tellsLive: false,
    outage: {
      down: () => stub.down(),
      up: () => stub.up(),
      loseAnswers: (isLost) => stub.loseAnswers(isLost),
    },
    close: () => world.close(),
  };
}

dialerContract('Twilio', () =>
  openWorld(true, {
    answered: '0001',
    busy: '0002',
    'no-answer': '0003',
    declined: '0004',
    voicemail: '0005',
    'invalid-number': '0006',
    unreachable: '0007',
    'carrier-rejected': '0008',
    failed: '0010',
  }),
);

// Its status callbacks alone say why a call has failed.
dialerContract('Twilio, whose callbacks do not arrive,', () =>
  openWorld(false, {
    answered: '0001',
    busy: '0002',
    'no-answer': '0003',
    voicemail: '0005',
    'invalid-number': '0016',
    'carrier-rejected': '0008',
    failed: '0007',
  }),
);
