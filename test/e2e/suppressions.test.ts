import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashEndpoint } from '../../src/config/secret.ts';
import { contactWorkflowId } from '../../src/contract/ids.ts';
import { type Answer, Api, eventually, type ProblemAnswer } from '../support/api.ts';
import { Deployment, SECRET } from '../support/deployment.ts';
import type { OutdialProcess } from '../support/process.ts';

const CONFIG = `
organizations:
  - { orgId: default, apiKeys: [{ name: tests, key: outdial-development }] }
  - { orgId: other, apiKeys: [{ name: tests, key: key-of-other }] }
trunks:
  - { name: demo, lines: 5, dialer: { type: simulator, speed: 40 } }
  - { name: demo, orgId: other, lines: 5, endpoints: any, dialer: { type: simulator, speed: 40 } }
agents:
  - { agentId: free, name: Without rules, trunk: demo }
  - { agentId: ruled, name: With rules, trunk: demo, contactRules: {} }
  - { agentId: free, orgId: other, name: Of the others, trunk: demo }
`;

interface SuppressionAnswer {
  readonly endpoint: string;
  readonly suppressed: boolean;
  readonly reason: string | null;
  readonly since: string;
}

interface ImportAnswer {
  readonly importId: string;
  readonly total: number;
  readonly done: number;
  readonly completedTime: string | null;
}

let deployment: Deployment;
let api: Api;
let other: Api;
let processes: OutdialProcess[];

beforeAll(async () => {
  deployment = await Deployment.start(CONFIG);
  const [started, worker] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  ({ api } = started);
  other = new Api(api.url, 'key-of-other');
  processes = [started.process, worker];
});

afterAll(() => deployment.stop());

const pathOf = (endpoint: string): string => `/suppressions/${encodeURIComponent(endpoint)}`;

const ask = <Body = SuppressionAnswer>(
  method: string,
  endpoint: string,
  body?: unknown,
  as = api,
): Promise<Answer<Body>> => as.request<Body>(method, pathOf(endpoint), body);

const problem = (method: string, endpoint: string, body?: unknown, as = api) =>
  ask<ProblemAnswer>(method, endpoint, body, as);

const dialsTo = (endpoint: string): number =>
  deployment.readLedger().filter((line) => line.event === 'place' && line.endpoint === endpoint).length;

describe('a number that is put on the do-not-call list', () => {
  test('as the first of its organization, right after a call, is not called any more', async () => {
    const endpoint = '+14155210002';
    // The first one takes longer than the next, right after which dials still know that there is no such list.
    for (let turn = 0; turn < 2; turn += 1) await api.untilEnded((await api.call('free', { endpoint })).callId);
    // Until then, nothing is kept of anybody's number.
    const contact = contactWorkflowId('default', hashEndpoint(SECRET, endpoint));
    await expect(deployment.client.workflow.getHandle(contact).describe()).rejects.toThrow('not found');
    expect((await ask('PUT', endpoint)).status).toBe(200);
    const { callId } = await api.call('free', { endpoint });
    expect(await api.untilEnded(callId)).toMatchObject({ status: 'Canceled', reason: 'suppressed', attempts: [] });
    expect(dialsTo(endpoint)).toBe(2);
  });

  test('after its calls were accepted, is not called, with contact rules and without', async () => {
    const endpoint = '+14155220002';
    await api.request('POST', '/trunks/demo/pause');
    const agents = ['free', 'ruled'];
    const calls = (await Promise.all(agents.map((agentId) => api.bulk(agentId, [{ endpoint }, { endpoint }])))).flat();
    for (const { callId } of calls) await api.until(callId, ({ status }) => status === 'Queued');
    expect((await ask('PUT', endpoint, { reason: 'asked on the phone' })).status).toBe(200);
    await api.request('POST', '/trunks/demo/resume');
    for (const { callId } of calls) {
      expect(await api.untilEnded(callId)).toMatchObject({ status: 'Canceled', reason: 'suppressed', attempts: [] });
    }
    expect(dialsTo(endpoint)).toBe(0);
  });

  test('is told with its reason, however it is written, and may be called again once it is off the list', async () => {
    const endpoint = '+14155230002';
    expect((await problem('GET', endpoint)).status).toBe(404);
    const { status, body } = await ask('PUT', endpoint, { reason: 'asked' });
    expect({ status, body }).toMatchObject({ status: 200, body: { endpoint, suppressed: true, reason: 'asked' } });
    const again = await ask('PUT', '+1 (415) 523-0002');
    expect(again).toMatchObject({ status: 200, body: { endpoint, reason: null, since: body.since } });
    for (const path of [`/suppressions/${endpoint}`, pathOf(endpoint)]) {
      expect(await api.read(path)).toMatchObject({ status: 200, body: again.body });
    }
    expect(await ask('DELETE', endpoint)).toMatchObject({ status: 200, body: { endpoint, suppressed: false } });
    expect((await problem('DELETE', endpoint)).status).toBe(404);
    expect((await problem('GET', endpoint)).status).toBe(404);
    await api.untilEnded((await api.call('free', { endpoint })).callId);
    expect(dialsTo(endpoint)).toBe(1);
  });

  test('is nobody else’s business: another organization does not see it, and calls it', async () => {
    const endpoint = '+14155240002';
    await ask('PUT', endpoint, { reason: 'ours' });
    expect((await problem('GET', endpoint, undefined, other)).status).toBe(404);
    expect((await problem('DELETE', endpoint, undefined, other)).status).toBe(404);
    expect(await other.untilEnded((await other.call('free', { endpoint })).callId)).toMatchObject({ status: 'Failed' });
    expect(await ask('GET', endpoint)).toMatchObject({ status: 200, body: { reason: 'ours' } });
  });

  test('may be a SIP URI, and anything where a trunk takes anything', async () => {
    expect(await ask('PUT', 'SIP:Ada@Example.com')).toMatchObject({
      status: 200,
      body: { endpoint: 'sip:Ada@example.com' },
    });
    expect(await ask('PUT', '1001', undefined, other)).toMatchObject({ status: 200, body: { endpoint: '1001' } });
    const { callId } = await other.call('free', { endpoint: '1001' });
    expect(await other.untilEnded(callId)).toMatchObject({ status: 'Canceled', reason: 'suppressed' });
  });

  test('is refused where it is none, or its reason is too long, and no answer repeats it', async () => {
    const national = await problem('PUT', '4155250002');
    expect(national).toMatchObject({ status: 400, body: { instance: '/api/v1/suppressions/•••' } });
    expect(national.body.detail).toContain('has no +');
    for (const endpoint of ['+1415', '+999155250002', 'sip:nobody', '%20']) {
      expect((await problem('PUT', endpoint)).status, endpoint).toBe(400);
    }
    const long = await problem('PUT', '+14155250002', { reason: 'x'.repeat(101) });
    expect(long.status).toBe(400);
    expect(JSON.stringify([national, long])).not.toContain('5250002');
    expect((await problem('PUT', '+14155250002', { raeson: 'x' })).status).toBe(400);
    expect((await api.read(`${pathOf('+14155250002')}?x=1`)).status).toBe(400);
  });
});

const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `+1415527${String(index).padStart(4, '0')}`);

describe('an import', () => {
  test('puts some hundred numbers on the list, and tells how far it is', async () => {
    const all = numbers(400);
    const body = all.map((endpoint, index) => (index % 2 === 0 ? endpoint : { endpoint, reason: `list ${index % 3}` }));
    const started = await api.request<ImportAnswer>('POST', '/suppressions/import', [...body, all[0]]);
    expect(started).toMatchObject({ status: 202, body: { total: 401, done: 0 } });
    const path = `/suppressions/imports/${started.body.importId}`;
    const { body: done } = await eventually(
      () => api.read<ImportAnswer>(path),
      (answer) => answer.body.completedTime !== null,
      // Some 50 a second, on a machine that has nothing else to do.
      90_000,
    );
    expect(done).toMatchObject({ importId: started.body.importId, total: 401, done: 401 });
    expect((await ask('GET', all[0] ?? '')).body).toMatchObject({ suppressed: true, reason: null });
    expect((await ask('GET', all[399] ?? '')).body).toMatchObject({ suppressed: true, reason: 'list 0' });
    const calls = await api.bulk(
      'free',
      all.slice(100, 110).map((endpoint) => ({ endpoint })),
    );
    for (const { callId } of calls) expect((await api.untilEnded(callId)).reason).toBe('suppressed');
    expect((await other.read(path)).status).toBe(404);
  }, 120_000);

  test('with one mistake puts nothing on the list', async () => {
    const endpoint = '+14155280001';
    const answer = await api.request<ProblemAnswer>('POST', '/suppressions/import', [endpoint, '4155280002', {}]);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ index: 1 }, { index: 2, path: 'endpoint' }] } });
    expect(answer.body.detail).toContain('nothing was suppressed');
    expect((await problem('GET', endpoint)).status).toBe(404);
  });

  test('that does not exist is not found', async () => {
    for (const id of ['nothing', '01a20fa9-1304-7703-a388-c8e4c4c2bbc8']) {
      expect((await api.read(`/suppressions/imports/${id}`)).status).toBe(404);
    }
  });

  test('goes on after its worker was killed', async () => {
    const all = Array.from({ length: 600 }, (_, index) => `+1415529${String(index).padStart(4, '0')}`);
    const { body } = await api.request<ImportAnswer>('POST', '/suppressions/import', all);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await processes[1]?.end('SIGKILL');
    processes.push(await deployment.startWorker());
    await eventually(
      () => api.read<ImportAnswer>(`/suppressions/imports/${body.importId}`),
      (answer) => answer.body.completedTime !== null && answer.body.done === 600,
      240_000,
    );
    expect((await ask('GET', all[599] ?? '')).body).toMatchObject({ suppressed: true });
  }, 300_000);
});

describe('what Outdial says of numbers', () => {
  test('is nowhere in a log or in the name of a workflow', async () => {
    for (const { output } of processes) expect(output).not.toMatch(/41552\d{5}/);
    for await (const { workflowId } of deployment.client.workflow.list()) expect(workflowId).not.toMatch(/41552\d{5}/);
  });
});
