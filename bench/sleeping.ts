import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCalls, tomorrow } from './calls.ts';
import { residentMb } from './proc.ts';
import type { Figure } from './report.ts';
import { onSite, type Site, untilCount } from './site.ts';
import { median } from './statistics.ts';

const MOST_CALLS = 10_000;
const STEP = 1_000;

/** The worker's memory while calls sleep: it must not grow with them. */
export async function sleeping(): Promise<Figure[]> {
  return await onSite({ lines: 1, speed: 1_000 }, async (site) => {
    const emptyMb = databaseMb(site);
    const figures = [figure(0, await memoryOf(site))];
    for (let calls = STEP; calls <= MOST_CALLS; calls += STEP) {
      await site.api.bulk('demo', makeCalls(STEP, { scheduledTime: tomorrow() }));
      await untilCount(site, 'outboundCall', 'Running', calls);
      figures.push(figure(calls, await memoryOf(site)));
    }
    const grownMb = databaseMb(site) - emptyMb;
    figures.push({
      what: "  Temporal's database, for 1,000 of them",
      value: (grownMb * 1_000) / MOST_CALLS,
      unit: 'MB',
    });
    return figures;
  });
}

/** The embedded server's database on the disk, with what is written and not yet moved into it. */
const databaseMb = ({ deployment }: Site): number =>
  ['temporal.db', 'temporal.db-wal']
    .map((file) => statSync(join(deployment.dataDir, file), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, bytes) => sum + bytes / 2 ** 20, 0);

interface Memory {
  readonly worker: number;
  readonly api: number;
  readonly server: number;
}

/** Once what was going on has settled. */
async function memoryOf({ deployment, processes }: Site): Promise<Memory> {
  const seen: Memory[] = [];
  for (let look = 0; look < 5; look += 1) {
    await sleep(1_000);
    seen.push({
      worker: residentMb(processes.worker.pid),
      api: residentMb(processes.api.pid),
      server: residentMb(deployment.server.pid),
    });
  }
  const of = (part: keyof Memory): number => median(seen.map((one) => one[part]));
  return { worker: of('worker'), api: of('api'), server: of('server') };
}

const figure = (calls: number, { worker, api, server }: Memory): Figure => ({
  what: `worker's memory with ${calls.toLocaleString('en')} sleeping calls`,
  value: worker,
  unit: 'MB',
  note: `API ${api.toFixed(0)}, Temporal's server ${server.toFixed(0)}`,
});
