import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { Receiver } from '../test/support/receiver.ts';
import { startBareWorker } from './bare-process.ts';
import { BARE_QUEUE } from './bare-queue.ts';
import { makeCalls } from './calls.ts';
import { cpuMs } from './proc.ts';
import type { Figure } from './report.ts';
import { count, cpuOf, onSite, type Site, untilCount } from './site.ts';
import { median } from './statistics.ts';

const ROUNDS = 8;
/** Of each kind in each round. */
const CALLS = 100;
/** How many are being started at once, where they are started one by one. */
const STARTS_AT_ONCE = 8;
/** What the server still writes after the last workflow has closed is part of the cost, in milliseconds. */
const SETTLE_MS = 1_500;
/** How long is watched what polling and housekeeping cost, in milliseconds. */
const IDLE_MS = 10_000;
/** Histories looked at for each kind and round. */
const HISTORIES = 5;

/** One way to start workflows, whose cost is held against the bare one's. */
interface Kind {
  readonly name: string;
  readonly workflowType: 'bare' | 'outboundCall';
  readonly start: (site: Site, round: number) => Promise<unknown>;
  /** What it may cost, where that is not the usual. */
  readonly goal?: { readonly events: number; readonly ratio: number };
}

const USUAL = { events: 30, ratio: 2 } as const;

const KINDS: readonly Kind[] = [
  { name: 'bare workflow: a timer and an activity', workflowType: 'bare', start: startBare },
  { name: 'call sent singly, due at once', workflowType: 'outboundCall', start: (site) => startSingly(site, 0) },
  { name: 'call sent singly, sleeps first', workflowType: 'outboundCall', start: (site) => startSingly(site, 12_000) },
  {
    name: 'call of a bulk request, due at once',
    workflowType: 'outboundCall',
    start: ({ api }) => api.bulk('demo', makeCalls(CALLS)),
  },
  {
    name: 'call sent singly, due at once, with a result webhook',
    workflowType: 'outboundCall',
    start: (site) => startSingly(site, 0, 'telling'),
    goal: { events: 38, ratio: 2.5 },
  },
  {
    name: 'call sent singly, due at once, under contact rules',
    workflowType: 'outboundCall',
    start: (site) => startSingly(site, 0, 'ruled'),
  },
];

/** CPU time in milliseconds: of one workflow, or of a second with nothing to do. */
interface Cpu {
  readonly server: number;
  readonly worker: number;
  readonly api: number;
  readonly bare: number;
}

interface Cost extends Omit<Cpu, 'bare'> {
  readonly events: number;
}

/**
 * What one call that is answered at first try costs Temporal's server and the worker, against a bare workflow in the same
 * run: the kinds take turns, so that whatever else the machine does falls on all of them. A call rings for 0.4 s and
 * talks for 3 s, so that each of its steps is a workflow task of its own, as in life.
 */
export async function perCall(): Promise<Figure[]> {
  const receiver = await Receiver.start();
  return await onSite({ lines: 200, speed: 10, receiverUrl: receiver.url }, async (site) => {
    const bareWorker = await startBareWorker(site.deployment.server.address);
    try {
      // A rehearsal: the bare worker has done nothing yet.
      for (const kind of KINDS) await runOnce(site, kind, 0);
      const idle = await idleCpu(site, bareWorker.pid);
      const costs = new Map<Kind, Cost[]>(KINDS.map((kind) => [kind, []]));
      for (let round = 1; round <= ROUNDS; round += 1) {
        for (const [kind, taken] of costs) taken.push(await costOf(site, bareWorker.pid, idle, kind, round));
      }
      return toFigures(costs);
    } finally {
      await Promise.all([bareWorker.stop(), receiver.down()]);
    }
  });
}

const cpu = (site: Site, barePid: number): Cpu => ({ ...cpuOf(site), bare: cpuMs(barePid) });

/** What polling and housekeeping cost: it is not a call's, and a slow machine would charge it to whatever takes longest. */
async function idleCpu(site: Site, barePid: number): Promise<Cpu> {
  await sleep(IDLE_MS); // What the garbage collectors still have to do is over by then.
  const before = cpu(site, barePid);
  await sleep(IDLE_MS);
  const after = cpu(site, barePid);
  const perSecond = (part: keyof Cpu): number => (after[part] - before[part]) / (IDLE_MS / 1_000);
  return { server: perSecond('server'), worker: perSecond('worker'), api: perSecond('api'), bare: perSecond('bare') };
}

async function costOf(site: Site, barePid: number, idle: Cpu, kind: Kind, round: number): Promise<Cost> {
  const { workflowType } = kind;
  const since = new Date();
  const before = cpu(site, barePid);
  await runOnce(site, kind, round);
  const after = cpu(site, barePid);
  const seconds = (Date.now() - since.getTime()) / 1_000;
  const perCall = (part: keyof Cpu): number => (after[part] - before[part] - idle[part] * seconds) / CALLS;
  return {
    server: perCall('server'),
    worker: perCall(workflowType === 'bare' ? 'bare' : 'worker'),
    api: perCall('api'),
    events: await eventsOf(site, workflowType, since.toISOString()),
  };
}

/** Starts so many of a kind, and resolves once they have ended and the server has written all of it. */
async function runOnce(site: Site, { workflowType, start }: Kind, round: number): Promise<void> {
  const ended = await count(site, workflowType, 'Completed');
  await start(site, round);
  await untilCount(site, workflowType, 'Completed', ended + CALLS);
  await sleep(SETTLE_MS);
}

/** The median length of some of the histories since. */
async function eventsOf({ deployment: { client } }: Site, workflowType: string, since: string): Promise<number> {
  const lengths: number[] = [];
  const query = `WorkflowType = '${workflowType}' AND StartTime >= '${since}'`;
  for await (const { workflowId } of client.workflow.list({ query, pageSize: HISTORIES })) {
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    lengths.push(events?.length ?? 0);
    if (lengths.length === HISTORIES) break;
  }
  return median(lengths);
}

async function startBare({ deployment: { client } }: Site, round: number): Promise<void> {
  const limit = pLimit(STARTS_AT_ONCE);
  await limit.map(Array.from({ length: CALLS }), (_, index) =>
    client.workflow.start('bare', { taskQueue: BARE_QUEUE, workflowId: `bare-${round}-${index}` }),
  );
}

/** @param sleepMs how long after it was sent a call may go out; 0 for at once */
async function startSingly({ api }: Site, sleepMs: number, agentId = 'demo'): Promise<void> {
  const limit = pLimit(STARTS_AT_ONCE);
  await limit.map(makeCalls(CALLS), (call) => {
    const scheduledTime = sleepMs === 0 ? undefined : new Date(Date.now() + sleepMs).toISOString();
    return api.call(agentId, { ...call, scheduledTime });
  });
}

function toFigures(costs: ReadonlyMap<Kind, readonly Cost[]>): Figure[] {
  const totals = [...costs.values()].map((taken) => median(taken.map(({ server, worker }) => server + worker)));
  return [...costs].flatMap(([{ name, workflowType, goal = USUAL }, taken], index): Figure[] => {
    const of = (part: keyof Cost): number => median(taken.map((cost) => cost[part]));
    const isBare = workflowType === 'bare';
    const total: Figure = {
      what: '  CPU of server and worker',
      value: totals[index] ?? NaN,
      unit: 'ms',
      note: `server ${of('server').toFixed(1)}, worker ${of('worker').toFixed(1)}; API ${of('api').toFixed(1)}`,
    };
    const events: Figure = {
      what: name,
      value: of('events'),
      unit: 'events',
      goal: { atMost: isBare ? 16 : goal.events },
    };
    const ratio: Figure = {
      what: '  CPU, against the bare one',
      value: (totals[index] ?? NaN) / (totals[0] ?? NaN),
      unit: '× bare',
      goal: { atMost: goal.ratio },
    };
    return isBare ? [events, total] : [events, total, ratio];
  });
}
