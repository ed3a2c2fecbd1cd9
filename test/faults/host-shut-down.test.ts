import { expect } from 'vitest';
import { describeHostFault } from './host-fault.ts';

describeHostFault('when the host of the lines shuts down on SIGTERM', async (host) => {
  const asked = Date.now();
  expect(await host.end('SIGTERM')).toBe(0);
  // Nobody waits for people to hang up.
  expect(Date.now() - asked).toBeLessThan(10_000);
});
