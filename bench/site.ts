import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../test/support/api.ts';
import { Deployment } from '../test/support/deployment.ts';
import type { OutdialProcess } from '../test/support/process.ts';
import { cpuMs } from './proc.ts';

/** A trunk `demo` and its agent `demo`, always open, as fast as its lines allow. */
export interface SiteOptions {
  readonly lines: number;
  /** How many times as fast as real calls the simulated ones pass: at 34, the call of `answered` lasts one second. */
  readonly speed: number;
  /** Trunks beside it, of one line each and without calls. @default 0 */
  readonly idleTrunks?: number;
  /** Where the agent `telling` tells how its calls ended; without it there is no such agent. */
  readonly receiverUrl?: string;
}

/** Outdial deployed for one bench: a fresh Temporal server, an API and a worker, each a process of its own. */
export interface Site {
  readonly deployment: Deployment;
  readonly api: Api;
  readonly processes: { readonly api: OutdialProcess; readonly worker: OutdialProcess };
}

/** Runs a bench on a site of its own, and takes the site down again whatever happens. */
export async function onSite<T>(options: SiteOptions, bench: (site: Site) => Promise<T>): Promise<T> {
  const deployment = await Deployment.start(configuration(options));
  try {
    const worker = await deployment.startWorker();
    const { api, process: apiProcess } = await deployment.startApi();
    const site = { deployment, api, processes: { api: apiProcess, worker } };
    endWithUs(worker.child);
    endWithUs(apiProcess.child);
    await warmUp(site);
    return await bench(site);
  } finally {
    await deployment.stop();
  }
}

/** The `outdial.yaml` of a site. */
export const configuration = ({ lines, speed, idleTrunks = 0, receiverUrl }: SiteOptions): string => `
organizations:
  - { orgId: default, apiKeys: [{ name: bench, key: outdial-development }], allowPrivateWebhooks: true }
trunks:
  - { name: demo, lines: ${lines}, callerId: "+14155550100", dialer: { type: simulator, speed: ${speed} } }
${Array.from({ length: idleTrunks }, (_, index) => `  - { name: idle-${index}, lines: 1, dialer: { type: simulator } }`).join('\n')}
agents:
  - { agentId: demo, name: Always open, trunk: demo, ringTimeout: 60s }
  - { agentId: ruled, name: Never twice at once, trunk: demo, contactRules: { maxAttemptsPerDay: 100 } }
${receiverUrl === undefined ? '' : `  - { agentId: telling, name: Tells, trunk: demo, webhooks: { result: { url: '${receiverUrl}' } } }`}
`;

/** Kills a process that we have started when ours ends before it. */
export function endWithUs(child: ChildProcess): void {
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
}

/** Calls before the first that counts: code compiled, connections and the trunk's lines open. */
const WARM_UP_CALLS = 100;

async function warmUp(site: Site): Promise<void> {
  const calls = Array.from({ length: WARM_UP_CALLS }, () => ({ endpoint: '+12025550006' }));
  await site.api.bulk('demo', calls);
  await site.api.call('demo', calls[0] ?? {});
  await untilCount(site, 'outboundCall', 'Completed', WARM_UP_CALLS + 1);
}

/** How often a count is asked for, in milliseconds: one costs the server about a millisecond. */
const LOOK_MS = 500;

/** How many workflows of a type there are in a state. */
export async function count(
  { deployment }: Pick<Site, 'deployment'>,
  workflowType: string,
  status: 'Running' | 'Completed',
  more = '',
): Promise<number> {
  const query = `WorkflowType = '${workflowType}' AND ExecutionStatus = '${status}' ${more}`;
  return (await deployment.client.workflow.count(query)).count;
}

/** Resolves once at least so many workflows of a type are in a state. */
export async function untilCount(
  site: Pick<Site, 'deployment'>,
  workflowType: string,
  status: 'Running' | 'Completed',
  atLeast: number,
  more = '',
): Promise<void> {
  while ((await count(site, workflowType, status, more)) < atLeast) await sleep(LOOK_MS);
}

/** The CPU time that Outdial and its Temporal server have used so far, in milliseconds. */
export const cpuOf = ({ deployment, processes }: Site) => ({
  server: cpuMs(deployment.server.pid),
  worker: cpuMs(processes.worker.pid),
  api: cpuMs(processes.api.pid),
});
