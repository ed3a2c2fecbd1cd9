import { setTimeout as sleep } from 'node:timers/promises';
import { makeCalls } from './calls.ts';
import { readDials } from './dials.ts';
import type { Figure } from './report.ts';
import { onSite, type Site } from './site.ts';

const CALLS = 50_000;
const LINES = 20;
/** As many dials before it is stopped, and so long is watched that nothing follows, in milliseconds. */
const DIALS_BEFORE = 100;
const WATCH_MS = 10_000;

const WAYS = [
  { how: 'cancelling', method: 'DELETE', path: '' },
  { how: 'pausing', method: 'POST', path: '/pause' },
] as const;

/** How long a batch goes on being dialed that somebody cancels, or pauses, while most of it has not started. */
export async function stopBatch(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { how, method, path } of WAYS) {
    figures.push(...(await onSite({ lines: LINES, speed: 34 }, (site) => stopOnce(site, how, method, path))));
  }
  return figures;
}

async function stopOnce(site: Site, how: string, method: string, path: string): Promise<Figure[]> {
  const { api, deployment } = site;
  const what = `${how} a batch of ${CALLS.toLocaleString('en')}`;
  const [first] = await api.bulk('demo', makeCalls(CALLS));
  const batchId = first?.callId.replace(/-\d+$/, '') ?? '';
  const dials = () => readDials(deployment).filter(({ callId }) => callId.startsWith(batchId));
  while (dials().length < DIALS_BEFORE) await sleep(200);
  const asked = Date.now();
  const before = dials().filter(({ startedAt }) => startedAt > asked - 2_000).length / 2;
  const { status } = await api.request(method, `/batches/${batchId}${path}`);
  const answered = Date.now();
  await sleep(WATCH_MS);
  const after = dials().filter(({ startedAt }) => startedAt > asked);
  const last = Math.max(0, ...after.map(({ startedAt }) => startedAt - asked));
  return [
    {
      what: `${what}: its last dial`,
      value: last,
      unit: 'ms',
      goal: { atMost: 1_000 },
      note: 'after the request was sent',
    },
    { what: '  answered after', value: answered - asked, unit: 'ms', note: `${status}` },
    { what: '  dials after it was asked for', value: after.length, unit: 'calls', note: `${before} a second before` },
  ];
}
