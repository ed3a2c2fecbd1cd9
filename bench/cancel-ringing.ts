import { setTimeout as sleep } from 'node:timers/promises';
import { makeCalls } from './calls.ts';
import { untilWritten } from './dials.ts';
import type { Figure } from './report.ts';
import { onSite, type Site } from './site.ts';
import { median, percentile } from './statistics.ts';

const CALLS = 20;
/** How long it has rung when it is cancelled, in milliseconds. */
const RINGS_MS = 500;

/** How soon a ringing call stops once somebody cancels it: from the request sent to the carrier told. */
export async function cancelRinging(): Promise<Figure[]> {
  return await onSite({ lines: 20, speed: 1 }, async (site) => {
    const taken: number[] = [];
    for (const call of makeCalls(CALLS, { ending: 'no-answer' })) taken.push(await cancelOne(site, call));
    return [
      {
        what: 'from cancelling a ringing call to hanging up, median',
        value: median(taken),
        unit: 'ms',
        goal: { atMost: 500 },
      },
      { what: '  the longest', value: percentile(taken, 1), unit: 'ms', note: `of ${CALLS}` },
    ];
  });
}

async function cancelOne(site: Site, call: object): Promise<number> {
  const { callId } = await site.api.call('demo', call);
  await untilWritten(site.deployment, callId, 'ringing');
  await sleep(RINGS_MS);
  const sent = Date.now();
  const answer = await site.api.request('DELETE', `/calls/${callId}`);
  if (answer.status >= 300) throw new Error(`Expected the call to be cancelled, got ${answer.status}`);
  return Date.parse((await untilWritten(site.deployment, callId, 'hang-up')).time) - sent;
}
