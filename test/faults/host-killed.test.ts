import { describeHostFault } from './host-fault.ts';

describeHostFault('when the host of the lines is killed with -9', async (host) => void (await host.end('SIGKILL')));
