import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { makeCalls } from './calls.ts';
import { cpuOf, onSite, type Site } from './site.ts';
import type { Figure } from './report.ts';

const CALLS = 100;
const STARTS_AT_ONCE = 8;
/** How long is watched, with nothing to do and with every line in use, in milliseconds: a call talks for a minute. */
const WATCH_MS = 30_000;

/** What a call costs while it only lasts: its heartbeats, and the lines' own housekeeping. */
export async function talking(): Promise<Figure[]> {
  return await onSite({ lines: CALLS, speed: 0.5 }, async (site) => {
    const idle = await cpuWhile(site);
    await pLimit(STARTS_AT_ONCE).map(makeCalls(CALLS), (call) => site.api.call('demo', call));
    await untilAllTalk(site);
    const busy = await cpuWhile(site);
    const perCallMinute = (part: keyof Cpu): number => ((busy[part] - idle[part]) * (60_000 / WATCH_MS)) / CALLS;
    return [
      {
        what: 'CPU of server and worker for a minute of talking',
        value: perCallMinute('server') + perCallMinute('worker'),
        unit: 'ms',
        note: `server ${perCallMinute('server').toFixed(1)}, worker ${perCallMinute('worker').toFixed(1)}`,
      },
    ];
  });
}

type Cpu = ReturnType<typeof cpuOf>;

/** The CPU time that is used while it is watched, in milliseconds. */
async function cpuWhile(site: Site): Promise<Cpu> {
  const before = cpuOf(site);
  await sleep(WATCH_MS);
  const after = cpuOf(site);
  return {
    server: after.server - before.server,
    worker: after.worker - before.worker,
    api: after.api - before.api,
  };
}

/** Resolves once all of them have been answered, and what that brought about has settled. */
async function untilAllTalk({ deployment }: Site): Promise<void> {
  const answered = (): number => deployment.readLedger().filter(({ event }) => event === 'answered').length;
  while (answered() < CALLS) await sleep(500);
  await sleep(2_000);
}
