import { setTimeout as sleep } from 'node:timers/promises';
import { describeHostFault } from './host-fault.ts';

describeHostFault('when the host of the lines stands still for 16 s', async (host) => {
  host.signal('SIGSTOP');
  // Real time: the server gives the host up after 10 s, and another opens the lines before this one wakes.
  await sleep(16_000);
  host.signal('SIGCONT');
});
