import { setTimeout as sleep } from 'node:timers/promises';
import { makeCalls, tomorrow } from './calls.ts';
import { readDials } from './dials.ts';
import { fillQueue, resume } from './line-use.ts';
import type { Figure } from './report.ts';
import { onSite, type Site, untilCount } from './site.ts';

/** Ten dials a second, which two CPUs manage with room to spare. */
const LINES = 10;
const BACKLOG = 1_500;
/** How long dialing alone is watched, and how long it runs before, in milliseconds. */
const BEFORE_MS = 15_000;
const START_MS = 3_000;
/** As many as the API takes at once: the largest of these. */
const SIZES = [50_000, 10_000, 1_000];
/** Of the dials that start while a large batch is still being started, so much is watched at most, in milliseconds. */
const DURING_MS = 60_000;

/** Whether calls that are due keep being dialed while a large request arrives and its calls are started. */
export async function acceptWhileDialing(): Promise<Figure[]> {
  return await onSite({ lines: LINES, speed: 34 }, async (site) => {
    await fillQueue(site, BACKLOG);
    await resume(site);
    await sleep(START_MS);
    const before = Date.now();
    await sleep(BEFORE_MS);
    const sent = Date.now();
    const calls = await sendTheMost(site);
    const accepted = Date.now();
    await Promise.race([untilCount(site, 'outboundCall', 'Running', calls, ASLEEP), sleep(DURING_MS)]);
    const started = Date.now();
    const rate = (from: number, to: number): number => {
      const dials = readDials(site.deployment).filter(({ startedAt }) => startedAt >= from && startedAt < to);
      return (1_000 * dials.length) / (to - from);
    };
    return [
      { what: 'dials while nothing else happens', value: rate(before, sent), unit: 'a second' },
      {
        what: `dials while ${calls.toLocaleString('en')} calls are accepted and started`,
        value: rate(sent, started),
        unit: 'a second',
        note: `for ${((started - sent) / 1_000).toFixed(0)} s`,
      },
      { what: '  time to accept them meanwhile', value: (accepted - sent) / 1_000, unit: 's' },
    ];
  });
}

const ASLEEP = `AND CallStatus = 'Pending'`;

/** Sends the largest request that the API takes. */
async function sendTheMost({ api }: Site): Promise<number> {
  for (const calls of SIZES) {
    const body = makeCalls(calls, { scheduledTime: tomorrow() });
    const { status } = await api.request('POST', '/calls/bulk?agentId=demo', body);
    if (status === 201) return calls;
  }
  throw new Error('Expected the API to take a request');
}
