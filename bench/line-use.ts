import { makeCalls } from './calls.ts';
import { type Dial, untilDialed } from './dials.ts';
import type { Figure } from './report.ts';
import { type Site, onSite, untilCount } from './site.ts';
import { median, percentile } from './statistics.ts';

const LINES = 20;
const CALLS = 600;
/** Calls of 1.7 s each, at speed 20: as short as calls to people ever are, so the gaps between them weigh most. */
const SPEED = 20;

/** How busy lines are as long as calls wait for them, by the carrier's record. */
export async function lineUse(): Promise<Figure[]> {
  return await onSite({ lines: LINES, speed: SPEED }, async (site) => {
    const callIds = await fillQueue(site, CALLS);
    await resume(site);
    return toFigures(await untilDialed(site.deployment, callIds));
  });
}

/** Queues calls on the paused trunk, until all of them wait for a line. */
export async function fillQueue(site: Site, calls: number): Promise<Set<string>> {
  const { api } = site;
  await api.request('POST', '/trunks/demo/pause');
  const callIds = new Set<string>();
  for (let sent = 0; sent < calls; sent += 1_000) {
    for (const { callId } of await api.bulk('demo', makeCalls(Math.min(1_000, calls - sent)))) callIds.add(callId);
  }
  await untilCount(site, 'outboundCall', 'Running', calls, `AND CallStatus = 'Queued'`);
  return callIds;
}

export const resume = ({ api }: Site): Promise<unknown> => api.request('POST', '/trunks/demo/resume');

function toFigures(dials: readonly Dial[]): Figure[] {
  // From the moment when every line is in use to the moment when the last waiting call is dialed.
  const from = dials[LINES - 1]?.startedAt ?? NaN;
  const to = dials.at(-1)?.startedAt ?? NaN;
  const busy = dials.reduce((sum, { startedAt, endedAt }) => sum + overlap(startedAt, endedAt, from, to), 0);
  const gaps = gapsBetween(dials);
  return [
    {
      what: `${LINES} lines with a backlog: share of time busy`,
      value: (100 * busy) / (LINES * (to - from)),
      unit: '%',
      goal: { atLeast: 95 },
      note: 'with calls of 1.7 s',
    },
    {
      what: '  from the end of a call to the next dial, median',
      value: median(gaps),
      unit: 'ms',
      goal: { atMost: 50 },
    },
    { what: '  the same, of 95 in 100 at most', value: percentile(gaps, 0.95), unit: 'ms' },
    {
      what: '  share of time busy, were calls a minute long',
      value: (100 * 60_000) / (60_000 + mean(gaps)),
      unit: '%',
      note: 'computed from the mean gap',
    },
  ];
}

/** With n lines, dial n + k waits for the k-th end: whichever line that was. */
function gapsBetween(dials: readonly Dial[]): number[] {
  const ends = dials.map(({ endedAt }) => endedAt).sort((a, b) => a - b);
  return dials.slice(LINES).map(({ startedAt }, index) => startedAt - (ends[index] ?? NaN));
}

const overlap = (start: number, end: number, from: number, to: number): number =>
  Math.max(0, Math.min(end, to) - Math.max(start, from));

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
