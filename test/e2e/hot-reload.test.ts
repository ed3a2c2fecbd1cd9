import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callIdOf } from '../../src/contract/ids.ts';
import { type Api, type CallAnswer, eventually, isTalking, type TrunkAnswer } from '../support/api.ts';
import { CLOSED_TODAY } from '../support/closed-today.ts';
import { Deployment } from '../support/deployment.ts';
import { auditLedger } from '../support/ledger-audit.ts';
import { ANSWERS } from '../support/operator.ts';
import type { OutdialProcess } from '../support/process.ts';

const OPEN = '';
interface Wish {
  readonly lines?: number;
  readonly speed?: number;
  readonly rate?: number;
  readonly agent?: string;
  /** More trunks and agents. */
  readonly trunks?: string;
  readonly agents?: string;
}

const config = ({ lines = 5, speed = 100, rate, agent = OPEN, trunks = '', agents = '' }: Wish = {}): string => `
trunks:
  - name: demo
    lines: ${lines}
${rate === undefined ? '' : `    callsPerSecond: ${rate}`}
    dialer: { type: simulator, speed: ${speed} }
${trunks}
agents:
  - { agentId: a, name: Edited, trunk: demo, ${agent} }
  - { agentId: other, name: Never edited, trunk: demo, ${CLOSED_TODAY} }
${agents}`;

let deployment: Deployment;
let api: Api;
let apiProcess: OutdialProcess;
let workers: OutdialProcess[];

beforeAll(async () => {
  deployment = await Deployment.start(config());
  const [started, ...both] = await Promise.all([
    deployment.startApi(),
    deployment.startWorker(),
    deployment.startWorker(),
  ]);
  ({ api, process: apiProcess } = started);
  workers = both;
});

beforeEach(() => configure());

afterAll(() => deployment.stop());

/** Writes the file; resolves when the processes have read it. */
async function configure(wish: Wish = {}): Promise<void> {
  const text = config(wish);
  if (text === written) return;
  const processes = [apiProcess, ...workers];
  const before = processes.map(timesRead);
  deployment.configure(text);
  written = text;
  const haveRead = (): boolean => processes.every((process, index) => timesRead(process) > (before[index] ?? 0));
  await eventually(() => Promise.resolve(haveRead()), Boolean);
}

let written = config();

const timesRead = ({ output }: OutdialProcess): number => output.split('the configuration was read again').length;

const dials = (callId: string, trunk = 'demo') =>
  deployment.readLedger(trunk).filter(({ event, identity }) => event === 'place' && identity.startsWith(`${callId}.`));

/** Resolves when the call has been dialed. */
const untilDialed = (callId: string, trunk = 'demo') =>
  eventually(
    () => Promise.resolve(dials(callId, trunk).length),
    (count) => count > 0,
  );

const isAsleep = ({ status }: CallAnswer): boolean => status === 'Pending';

const trunk = async (name = 'demo'): Promise<TrunkAnswer & { callsPerSecond: number | null }> => {
  const { body } = await api.request<(TrunkAnswer & { callsPerSecond: number | null })[]>('GET', '/trunks');
  const found = body.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no trunk ${name}`);
  return found;
};

describe('calls that wait follow the hours of their agent', () => {
  test('at once: one that sleeps is dialed when they are opened, and others sleep on', async () => {
    await configure({ agent: CLOSED_TODAY });
    const { callId } = await api.call('a', { endpoint: ANSWERS });
    const other = await api.call('other', { endpoint: ANSWERS });
    expect(await api.until(callId, isAsleep)).toMatchObject({ waitingFor: { for: 'calling-window' } });
    deployment.configure((written = config()));
    await untilDialed(callId);
    expect(await api.get(other.callId)).toMatchObject({ status: 'Pending', nextScheduleTime: other.nextScheduleTime });
  });

  test('both ways: one that was to go out later is shown with the time at which it may', async () => {
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const { callId } = await api.call('a', { endpoint: ANSWERS, scheduledTime: soon });
    const inDays = ({ nextScheduleTime }: CallAnswer): boolean => nextScheduleTime.slice(10) === 'T09:00:00.000Z';
    await configure({ agent: CLOSED_TODAY });
    const closed = await api.until(callId, inDays);
    const { body } = await api.read<{ calls: CallAnswer[] }>('/calls/queue/list?agentId=a&status=Pending');
    const listed = body.calls.find((call) => call.callId === callId);
    expect(listed?.nextScheduleTime).toBe(closed.nextScheduleTime);
    await configure();
    // Never before its own time.
    await api.until(callId, ({ nextScheduleTime }) => nextScheduleTime === soon);
    expect(dials(callId)).toEqual([]);
  });

  test('though the file was edited while no worker ran', async () => {
    await configure({ agent: CLOSED_TODAY });
    const { callId } = await api.call('a', { endpoint: ANSWERS });
    await api.until(callId, isAsleep);
    // The trunk has to have been told of these hours to know that there are others.
    await eventually(trunk, ({ host }) => host !== null);
    await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
    deployment.configure((written = config()));
    workers = await Promise.all([deployment.startWorker(), deployment.startWorker()]);
    await untilDialed(callId);
  });

  test('also where their batch has not started them yet', async () => {
    await configure({ agent: CLOSED_TODAY, lines: 50, speed: 1_000 });
    const calls = await api.bulk('a', Array(100).fill({ endpoint: ANSWERS }) as object[]);
    await configure({ lines: 50, speed: 1_000 });
    const batchId = calls[0]?.callId.replace(/-0$/, '') ?? '';
    const counts = async () => (await api.read<{ counts: Record<string, number> }>(`/batches/${batchId}`)).body;
    await eventually(counts, (batch) => batch.counts.Completed === 100);
  });
});

describe('an agent that is switched off', () => {
  test('holds its calls back, and once it is on again they go out', async () => {
    const soon = new Date(Date.now() + 2_500).toISOString();
    const { callId } = await api.call('a', { endpoint: ANSWERS, scheduledTime: soon });
    await configure({ agent: 'isEnabled: false' });
    const held = await api.until(callId, ({ waitingFor }) => waitingFor?.for === 'agent-disabled');
    expect(Date.parse(held.nextScheduleTime) - Date.now()).toBeGreaterThan(50 * 60_000);
    await configure();
    await untilDialed(callId);
  });
});

describe('a trunk', () => {
  test('has as many lines as the file says by now: more at once, and fewer without hanging up on anybody', async () => {
    await configure({ lines: 1, speed: 4 });
    const calls = await api.bulk('a', Array(8).fill({ endpoint: ANSWERS }) as object[]);
    const ids = calls.map(({ callId }) => callId);
    const lines = () =>
      deployment.readLedger().filter(({ identity }) => ids.some((id) => identity.startsWith(`${id}.`)));
    const dialed = (): number => auditLedger(lines()).dials;
    await eventually(
      () => Promise.resolve(dialed()),
      (count) => count === 1,
    );

    await configure({ lines: 3, speed: 4 });
    await eventually(
      () => Promise.resolve(dialed()),
      (count) => count === 3,
    );
    await eventually(trunk, ({ lines, busy }) => lines === 3 && busy === 3);
    const inProgress = auditLedger(lines()).order.map(callIdOf);

    await configure({ lines: 1, speed: 4 });
    expect(await trunk()).toMatchObject({ lines: 1, busy: 3 });
    // All three end by themselves; then one goes out after the other.
    const ended = await Promise.all(inProgress.map((callId) => api.untilEnded(callId)));
    expect(ended.map(({ status }) => status)).toEqual(['Completed', 'Completed', 'Completed']);
    await eventually(
      () => Promise.resolve(dialed()),
      (count) => count === 5,
    );
    const audit = auditLedger(lines());
    expect(audit).toMatchObject({ peakLive: 3, dialedTwice: [] });
    const later = lines().filter(({ identity }) => !inProgress.includes(callIdOf(identity)));
    expect(auditLedger(later).peakLive).toBe(1);
    expect(lines().filter(({ event }) => event === 'hang-up')).toEqual([]);
    await api.request('DELETE', `/batches/${ids[0]?.replace(/-0$/, '')}`);
    await Promise.all(ids.map((id) => api.untilEnded(id)));
  });

  test('dials as fast as the file says by now', async () => {
    await configure({ rate: 0.2 });
    const calls = await api.bulk('a', Array(10).fill({ endpoint: ANSWERS }) as object[]);
    await eventually(
      () => Promise.resolve(calls.flatMap(({ callId }) => dials(callId)).length),
      (count) => count > 0,
    );
    await configure({ rate: 10 });
    expect(await trunk()).toMatchObject({ callsPerSecond: 10 });
    await Promise.all(calls.map(({ callId }) => api.untilEnded(callId)));
  });

  test('that is new is hosted; one that is gone holds its calls back, and dials them once it is put back', async () => {
    const added = {
      trunks: '  - { name: added, lines: 1, dialer: { type: simulator, speed: 100 } }',
      agents: '  - { agentId: added, name: Added, trunk: added }',
    };
    await configure(added);
    const { callId } = await api.call('added', { endpoint: ANSWERS });
    await untilDialed(callId, 'added');

    const soon = new Date(Date.now() + 2_500).toISOString();
    const waiting = await api.call('added', { endpoint: ANSWERS, scheduledTime: soon });
    await configure({ agents: '  - { agentId: added, name: Moved, trunk: demo }' });
    await api.until(waiting.callId, ({ waitingFor }) => waitingFor?.for === 'agent-missing');
    expect((await api.read<TrunkAnswer[]>('/trunks')).body.map(({ name }) => name)).toEqual(['demo']);
    await configure(added);
    await untilDialed(waiting.callId, 'added');

    // The same where no worker is left that has ever known of it.
    const later = await api.call('added', { endpoint: ANSWERS, scheduledTime: new Date(Date.now() + 2_500) });
    await configure({ agents: '  - { agentId: added, name: Moved, trunk: demo }' });
    await api.until(later.callId, ({ waitingFor }) => waitingFor?.for === 'agent-missing');
    await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
    workers = await Promise.all([deployment.startWorker(), deployment.startWorker()]);
    await configure(added);
    await untilDialed(later.callId, 'added');
  });

  test('dials anew with a dialer that is configured anew, while calls in progress go on with theirs', async () => {
    await configure({ speed: 5 });
    const before = await api.call('a', { endpoint: ANSWERS });
    await api.until(before.callId, isTalking);
    await configure({ speed: 500 });
    const after = await api.call('a', { endpoint: ANSWERS });
    expect(await api.untilEnded(after.callId)).toMatchObject({ status: 'Completed', durationSeconds: 0 });
    expect(await api.untilEnded(before.callId)).toMatchObject({ status: 'Completed', durationSeconds: 6 });
    const hungUp = deployment.readLedger().filter(({ event }) => event === 'hang-up');
    expect(hungUp.filter(({ identity }) => identity.startsWith(before.callId))).toEqual([]);
  });
});

describe('a file with mistakes', () => {
  test('is refused by every process with its reasons, once, and what was configured before stays', async () => {
    deployment.configure(config({ lines: 7 }).replace('lines: 7', 'lines: many'));
    const processes = [apiProcess, ...workers];
    await Promise.all(processes.map((process) => process.prints(/was refused/)));
    expect(await trunk()).toMatchObject({ lines: 5 });
    const { callId } = await api.call('a', { endpoint: ANSWERS });
    await api.untilEnded(callId);
    for (const { output } of processes) {
      const refusals = output.split('\n').filter((line) => line.includes('was refused'));
      expect(refusals).toHaveLength(1);
      expect(refusals[0]).toContain('trunks[0].lines');
    }
    written = '';
    await configure({ lines: 7 });
    expect(await trunk()).toMatchObject({ lines: 7 });
  });
});
