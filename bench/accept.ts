import { makeCalls, tomorrow } from './calls.ts';
import { peakResidentMb } from './proc.ts';
import type { Figure } from './report.ts';
import { onSite, type Site } from './site.ts';
import { median } from './statistics.ts';

/** Requests of so many calls, each so many times, on a server of its own every time: what a run starts would slow the next. */
const SIZES = [
  { calls: 100, runs: 5 },
  { calls: 1_000, runs: 5 },
  { calls: 10_000, runs: 3, goal: { atMost: 1 } },
  { calls: 50_000, runs: 3, goal: { atMost: 5 } },
] as const;

/** The time to accept a request, from the first byte sent to the last answered: by then its calls are durable. */
export async function accept(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { calls, runs, ...goal } of SIZES) {
    const what = `accept ${calls.toLocaleString('en')} calls in one request`;
    const taken: Acceptance[] = [];
    for (let run = 0; run < runs; run += 1) {
      const acceptance = await onSite({ lines: 1, speed: 1_000 }, (site) => acceptOnce(site, calls));
      if (typeof acceptance === 'string') {
        figures.push({ what, value: null, unit: 's', ...goal, note: acceptance });
        break;
      }
      taken.push(acceptance);
    }
    if (taken.length === 0) continue;
    const seconds = taken.map((one) => one.seconds);
    figures.push(
      { what, value: median(seconds), unit: 's', ...goal, note: `of ${seconds.map((s) => s.toFixed(2)).join(', ')}` },
      { what: '  API memory, peak', value: median(taken.map(({ apiPeakMb }) => apiPeakMb)), unit: 'MB' },
    );
  }
  return figures;
}

interface Acceptance {
  readonly seconds: number;
  readonly apiPeakMb: number;
}

/** Why not, where the API does not take a request that large. */
async function acceptOnce({ api, processes }: Site, calls: number): Promise<Acceptance | string> {
  const body = JSON.stringify(makeCalls(calls, { scheduledTime: tomorrow() }));
  const sent = performance.now();
  const answer = await api.request<{ detail?: string }>('POST', '/calls/bulk?agentId=demo', body);
  const seconds = (performance.now() - sent) / 1_000;
  if (answer.status !== 201) return `the API answers ${answer.status}: ${answer.body.detail}`;
  return { seconds, apiPeakMb: peakResidentMb(processes.api.pid) };
}
