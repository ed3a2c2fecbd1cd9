import { ExamplePlatform } from '../support/http-platform.ts';
import { dialsOnceAtEveryStep } from './every-step.ts';

dialsOnceAtEveryStep('the http dialer', async () => {
  const platform = await ExamplePlatform.start(1_000);
  const call = `${platform.url}/calls/{identity}`;
  return {
    dialer: () => `{ type: http, url: '${platform.url}/calls', statusUrl: '${call}', hangUpUrl: '${call}/hangup' }`,
    env: {},
    // Somebody talks for two seconds.
    endpoint: () => '+14155550021',
    dials: (identity) => platform.dials(identity),
    close: () => platform.stop(),
  };
});
