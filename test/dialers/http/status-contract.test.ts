import { readHttpEvent } from '../../../src/api/dialer-events/http.ts';
import { EventInbox } from '../../support/event-inbox.ts';
import { HttpPlatformStub } from '../../support/http-platform-stub.ts';
import { dialerContract } from '../contract.ts';
import { openDialer } from './support.ts';

dialerContract('the http dialer and a platform that tells nothing by itself', async () => {
  const [stub, inbox] = await Promise.all([HttpPlatformStub.start(), EventInbox.start(readHttpEvent)]);
  return {
    open: () => openDialer(stub.config(), inbox),
    ends: {
      answered: '+14155550001',
      busy: '+14155550002',
      'no-answer': '+14155550003',
      declined: '+14155550004',
      voicemail: '+14155550005',
      unreachable: '+14155550006',
      'agent-unavailable': '+14155550007',
      uncertain: '+14155550008',
    },
    ringTimeoutMs: 2_000,
    rings: '+14155550003',
    talks: '+14155550009',
    dials: (identity) => stub.dials(identity),
    tellsLive: false,
    outage: {
      down: () => stub.down(),
      up: () => stub.up(),
      loseAnswers: (isLost) => (stub.losesAnswers = isLost),
    },
    async close() {
      await stub.stop();
      await inbox.stop();
    },
  };
});
