import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, type CallAnswer, eventually, type ProblemAnswer } from '../support/api.ts';
import { Deployment, testConfig } from '../support/deployment.ts';
import type { OutdialProcess } from '../support/process.ts';

const NUMBER = '+14155550001';
const NEXT_YEAR = new Date(Date.now() + 365 * 86_400_000).toISOString();

/** How long an answer may take, in milliseconds. */
const ANSWER_MS = 5_000;

/** How long the API may need once Temporal is back, in milliseconds: it tries every 2 s. */
const READY_MS = 5_000;

/**
 * How long workers may need once Temporal is back, in milliseconds. The longer it was away the longer their polls pause, up
 * to 10 s and a fifth more by chance: that is the SDK's own, and no setting of it. What is asked meanwhile has its time, too.
 */
const WORK_MS = 12_000 + ANSWER_MS;

let deployment: Deployment;
let api: Api;
let apiProcess: OutdialProcess;
let worker: OutdialProcess;
/** A call that sleeps for a year. */
let callId: string;

beforeAll(async () => {
  deployment = await Deployment.start(testConfig({ lines: 2, speed: 100 }));
  const [started, startedWorker] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  ({ api, process: apiProcess } = started);
  worker = startedWorker;
  ({ callId } = await api.call('demo', { endpoint: NUMBER, scheduledTime: NEXT_YEAR }));
  await api.until(callId, ({ status }) => status === 'Pending');
});

afterAll(() => deployment.stop());

interface Timed {
  readonly what: string;
  readonly status: number;
  readonly type: string;
  readonly ms: number;
}

async function timed(what: string, send: () => Promise<{ status: number; headers: Headers }>): Promise<Timed> {
  const start = performance.now();
  const { status, headers } = await send();
  return { what, status, type: headers.get('content-type') ?? '', ms: performance.now() - start };
}

const health = async (path: string): Promise<Timed> => await timed(path, () => fetch(`${api.url}${path}`));

/** Everything that asks Temporal, all at once. */
async function everyRequest(): Promise<Timed[]> {
  const requests: [method: string, path: string, body?: unknown][] = [
    ['POST', '/calls/bulk?agentId=demo', [{ endpoint: NUMBER }]],
    ['POST', '/calls?agentId=demo', { endpoint: NUMBER, scheduledTime: NEXT_YEAR }],
    ['GET', `/calls/${callId}`],
    ['DELETE', `/calls/${callId}`],
    ['GET', '/calls/queue/list'],
    ['GET', '/trunks'],
    ['POST', '/trunks/demo/pause'],
    ['POST', '/trunks/demo/resume'],
    ['GET', '/misc/concurrency'],
  ];
  return await Promise.all([
    health('/readyz'),
    ...requests.map(([method, path, body]) => timed(`${method} ${path}`, () => api.request(method, path, body))),
  ]);
}

function expectUnavailable(answers: readonly Timed[]): void {
  for (const { what, status, type, ms } of answers) {
    expect({ what, status, type }).toEqual({ what, status: 503, type: 'application/problem+json; charset=utf-8' });
    expect(ms, what).toBeLessThan(ANSWER_MS);
  }
}

/** Resolves once the API is ready again and then, as soon as workers are, takes calls: by itself. Fails where it takes longer. */
async function recovery(): Promise<void> {
  await eventually(
    () => health('/readyz'),
    ({ status }) => status === 200,
    READY_MS,
  );
  await eventually(
    () => api.request('POST', '/calls/bulk?agentId=demo', [{ endpoint: NUMBER }]),
    ({ status }) => status === 201,
    WORK_MS,
  );
}

/** What bulk requests have left behind is over. */
async function untilNoBatchIsOpen(): Promise<void> {
  const open = `WorkflowType IN ('callBatch', 'callBatchPage') AND ExecutionStatus = 'Running'`;
  await eventually(
    () => deployment.client.workflow.count(open),
    ({ count }) => count === 0,
  );
}

describe('with Temporal stopped', () => {
  beforeAll(() => deployment.server.stop());

  test('every request that needs it is answered 503 within 5 s, again and again', async () => {
    expectUnavailable(await everyRequest());
    expectUnavailable(await everyRequest());
  });

  test('what does not need it is answered as ever: health, agents, and what is wrong with a body', async () => {
    expect((await health('/healthz')).status).toBe(200);
    expect((await api.request('GET', '/agents')).status).toBe(200);
    const { status, body } = await api.request<ProblemAnswer>('POST', '/calls?agentId=demo', { endpoint: '' });
    expect({ status, errors: body.errors?.length }).toEqual({ status: 400, errors: 1 });
  });

  test('an API that is started now answers 503 as well, and recovers with the other when Temporal is back', async () => {
    const { api: late, process } = await deployment.startApi();
    const lateReady = async () => await timed('late /readyz', () => fetch(`${late.url}/readyz`));
    expectUnavailable([await lateReady()]);

    await deployment.restartServer();
    await recovery();
    await eventually(lateReady, ({ status }) => status === 200, READY_MS);
    expect([process.hasExited, apiProcess.hasExited]).toEqual([false, false]);
  });

  test('nothing of what was answered 503 is called later, and the call that was there before still sleeps', async () => {
    const { status, body } = await eventually(
      () => api.request<CallAnswer>('GET', `/calls/${callId}`),
      (answer) => answer.status !== 503,
    );
    expect(status, apiProcess.output.slice(-2_000)).toBe(200);
    expect(body.status).toBe('Pending');
    // The two of the recovery: those before it were never accepted.
    expect(await api.total('status=Pending')).toBe(1);
  });
});

describe('with Temporal frozen, so that it takes connections and never answers', () => {
  beforeAll(async () => {
    process.kill(deployment.server.pid, 'SIGSTOP');
    // Its threads stop one by one: until the last has, it may still answer.
    await eventually(
      () => readFile(`/proc/${deployment.server.pid}/stat`, 'utf8'),
      (stat) => stat.includes(') T '),
    );
  });
  afterAll(() => void process.kill(deployment.server.pid, 'SIGCONT'));

  test('every request is answered 503 within 5 s, and the API recovers by itself', async () => {
    // Only what changes nothing: a frozen server takes the rest to heart when it thaws.
    const answers = await Promise.all([
      health('/readyz'),
      ...[`/calls/${callId}`, '/calls/queue/list', '/trunks', '/misc/concurrency'].map((path) =>
        timed(`GET ${path}`, () => api.request('GET', path)),
      ),
    ]);
    expectUnavailable(answers);
    process.kill(deployment.server.pid, 'SIGCONT');
    await recovery();
  });
});

describe('with Temporal there, and no worker', () => {
  let single: string;
  let before: number;

  beforeAll(async () => {
    await untilNoBatchIsOpen();
    await worker.end('SIGTERM');
    before = deployment.readLedger().filter(({ event }) => event === 'place').length;
  });

  test('a single call is accepted, since it is durable without one; what only a worker can tell is a 503', async () => {
    ({ callId: single } = await api.call('demo', { endpoint: NUMBER }));
    const answers = await Promise.all([
      timed('GET', () => api.request('GET', `/calls/${single}`)),
      timed('DELETE', () => api.request('DELETE', `/calls/${single}`)),
      timed('bulk', () => api.request('POST', '/calls/bulk?agentId=demo', [{ endpoint: '+14155550002' }])),
    ]);
    expectUnavailable(answers);
    const listed = await api.request<{ calls: { callId: string; status: string }[] }>(
      'GET',
      '/calls/queue/list?take=1',
    );
    expect(listed.body.calls).toMatchObject([{ callId: single, status: 'Queued' }]);
  });

  test('so it is where Temporal has been started anew since, and has seen none', async () => {
    await deployment.server.stop();
    await deployment.restartServer();
    const listed = () => api.read('/calls/queue/list?take=1');
    expect((await listed()).status).toBe(200);
    expectUnavailable([await timed('GET', () => api.request('GET', `/calls/${callId}`))]);
  });

  test('once one is there the call goes out, and the bulk request that was answered 503 calls nobody', async () => {
    await deployment.startWorker();
    await api.untilEnded(single);
    const dialed = deployment.readLedger().filter(({ event }) => event === 'place');
    expect(dialed.slice(before).map(({ identity }) => identity)).toEqual([`${single}.1`]);
    await untilNoBatchIsOpen();
  });
});
