import { makeCalls } from './calls.ts';
import { type Dial, untilDialed } from './dials.ts';
import type { Figure } from './report.ts';
import { count, onSite } from './site.ts';
import { setTimeout as sleep } from 'node:timers/promises';

const CALLS = 2_000;
/** Requests as large as the API has always taken. */
const CALLS_A_REQUEST = 1_000;
const PRIORITIES = 5;
/** From sending to being due, in milliseconds: long enough for every call to be asleep by then. */
const AHEAD_MS = 150_000;

/** What becomes of 2,000 calls of five priorities that are due in the same second: 9:00 sharp. */
export async function dueTogether(): Promise<Figure[]> {
  // More lines than the machine can keep busy: what is measured is Outdial and not their number.
  return await onSite({ lines: 100, speed: 34 }, async (site) => {
    const { api, deployment } = site;
    const due = Math.ceil((Date.now() + AHEAD_MS) / 1_000) * 1_000;
    const priorities = new Map<string, number>();
    for (let sent = 0; sent < CALLS; sent += CALLS_A_REQUEST) {
      const calls = makeCalls(CALLS_A_REQUEST, { scheduledTime: new Date(due).toISOString(), priorities: PRIORITIES });
      const accepted = await api.bulk('demo', calls);
      // Calls of the same number of priorities take turns in a request.
      accepted.forEach(({ callId }, index) => priorities.set(callId, 1 + (index % PRIORITIES)));
    }
    await sleep(due - 2_000 - Date.now());
    const asleep = await count(site, 'outboundCall', 'Running', `AND CallStatus = 'Pending'`);
    const dials = await untilDialed(deployment, new Set(priorities.keys()));
    return toFigures(dials, due, asleep, priorities);
  });
}

function toFigures(
  dials: readonly Dial[],
  due: number,
  asleep: number,
  priorities: ReadonlyMap<string, number>,
): Figure[] {
  const first = dials[0]?.startedAt ?? NaN;
  const last = dials.at(-1)?.startedAt ?? NaN;
  const inOrder = dials.map(({ callId }) => priorities.get(callId) ?? NaN);
  const note = asleep < CALLS ? `${CALLS - asleep} had not started by then: the machine was too slow` : undefined;
  return [
    { what: `${CALLS} calls due in the same second: asleep before`, value: asleep, unit: 'calls', note },
    { what: '  first dial after', value: (first - due) / 1_000, unit: 's' },
    { what: '  last dial after', value: (last - due) / 1_000, unit: 's' },
    { what: '  dials, from the first to the last', value: (1_000 * (CALLS - 1)) / (last - first), unit: 'a second' },
    {
      what: '  pairs in the wrong order of priority',
      value: 100 * invertedShare(inOrder),
      unit: 'pairs in 100',
      note: 'of two calls of different priority; 50 were no order at all',
    },
    { what: '  dialed before one of higher priority', value: overtaken(inOrder), unit: 'calls' },
  ];
}

/** Of all pairs of different priority, the share of which the lower was dialed first. */
function invertedShare(priorities: readonly number[]): number {
  let pairs = 0;
  let inverted = 0;
  for (const [index, earlier] of priorities.entries()) {
    for (const later of priorities.slice(index + 1)) {
      if (earlier === later) continue;
      pairs += 1;
      if (earlier < later) inverted += 1;
    }
  }
  return inverted / pairs;
}

const overtaken = (priorities: readonly number[]): number =>
  priorities.filter((earlier, index) => priorities.slice(index + 1).some((later) => later > earlier)).length;
