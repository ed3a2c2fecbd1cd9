import { CLOSED_TODAY } from '../test/support/closed-today.ts';
import { makeCalls } from './calls.ts';
import { untilWritten } from './dials.ts';
import type { Figure } from './report.ts';
import { configuration, onSite, type Site } from './site.ts';
import { median, percentile } from './statistics.ts';

const ROUNDS = 10;

const OPTIONS = { lines: 5, speed: 34 };
const OPEN = configuration(OPTIONS);
const CLOSED = OPEN.replace('name: Always open', `name: Closed today, ${CLOSED_TODAY}`);

/** How soon a change of `outdial.yaml` counts: from the file written to a call dialed that it lets out. */
export async function hotReload(): Promise<Figure[]> {
  return await onSite(OPTIONS, async (site) => {
    const taken: number[] = [];
    for (const call of makeCalls(ROUNDS)) taken.push(await letOneOut(site, call));
    return [
      {
        what: 'from opening an agent in the file to dialing its call, median',
        value: median(taken),
        unit: 'ms',
        goal: { atMost: 5_000 },
      },
      { what: '  the longest', value: percentile(taken, 1), unit: 'ms', note: `of ${ROUNDS}` },
    ];
  });
}

async function letOneOut({ deployment, api }: Site, call: object): Promise<number> {
  deployment.configure(CLOSED);
  const closed = await asleep(api, call);
  const written = Date.now();
  deployment.configure(OPEN);
  return Date.parse((await untilWritten(deployment, closed, 'place')).time) - written;
}

/** Sends calls until one is held back: the API has read the file then. Gives its ID once it sleeps. */
async function asleep(api: Site['api'], call: object): Promise<string> {
  for (;;) {
    const { callId } = await api.call('demo', call);
    const { status } = await api.until(callId, ({ status }) => status !== 'Created' && status !== 'Queued');
    if (status === 'Pending') return callId;
  }
}
