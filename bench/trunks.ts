import { setTimeout as sleep } from 'node:timers/promises';
import { residentMb } from './proc.ts';
import type { Figure } from './report.ts';
import { cpuOf, onSite } from './site.ts';

const TRUNKS = [1, 21];
/** Every trunk is hosted by then, in milliseconds: the worker looks for new ones every ten seconds. */
const SETTLE_MS = 20_000;
const WATCH_MS = 20_000;

/** What a trunk costs that has nothing to do: its pollers, and the heartbeats of its host. */
export async function trunks(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const count of TRUNKS) figures.push(...(await idleFigures(count)));
  return figures;
}

async function idleFigures(count: number): Promise<Figure[]> {
  return await onSite({ lines: 1, speed: 1_000, idleTrunks: count - 1 }, async (site) => {
    await sleep(SETTLE_MS);
    const before = cpuOf(site);
    await sleep(WATCH_MS);
    const after = cpuOf(site);
    const [server, worker] = (['server', 'worker'] as const).map((part) => (after[part] - before[part]) / WATCH_MS);
    const what = count === 1 ? '1 trunk without calls' : `${count} trunks without calls`;
    return [
      {
        what: `${what}: CPU of server and worker`,
        value: 100 * ((server ?? 0) + (worker ?? 0)),
        unit: '% of a CPU',
        note: `server ${(100 * (server ?? 0)).toFixed(1)}, worker ${(100 * (worker ?? 0)).toFixed(1)}`,
      },
      { what: "  worker's memory", value: residentMb(site.processes.worker.pid), unit: 'MB' },
    ];
  });
}
