import { readHttpEvent } from '../../../src/api/dialer-events/http.ts';
import { EventInbox } from '../../support/event-inbox.ts';
import { ExamplePlatform } from '../../support/http-platform.ts';
import { OutageProxy } from '../../support/outage-proxy.ts';
import { dialerContract } from '../contract.ts';
import { configOf, openDialer } from './support.ts';

dialerContract('the http dialer and the example platform', async () => {
  const platform = await ExamplePlatform.start(100);
  const [proxy, inbox] = await Promise.all([OutageProxy.start(platform.port), EventInbox.start(readHttpEvent)]);
  return {
    open: () => openDialer(configOf(proxy.url), inbox),
    ends: {
      answered: '+14155550011',
      busy: '+14155550012',
      'no-answer': '+14155550013',
      declined: '+14155550014',
      voicemail: '+14155550015',
      'invalid-number': '+14155550016',
      unreachable: '+14155550017',
      'carrier-rejected': '+14155550018',
      failed: '+14155550019',
    },
    // Two seconds of the platform's, which are a tenth as long.
    ringTimeoutMs: 20_000,
    rings: '+14155550013',
    talks: '+14155550001',
    dials: (identity) => platform.dials(identity),
    tellsLive: false,
    outage: {
      down: () => proxy.down(),
      up: () => proxy.up(),
      loseAnswers: (isLost) => (proxy.losesAnswers = isLost),
    },
    async close() {
      await proxy.down();
      await inbox.stop();
      await platform.stop();
    },
  };
});
