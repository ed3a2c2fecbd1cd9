import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Api, eventually, type Answer, type CallAnswer, type ProblemAnswer } from '../support/api.ts';
import { Deployment, testConfig } from '../support/deployment.ts';

const NUMBER = '+14155550001';
const NEXT_YEAR = new Date(Date.now() + 365 * 86_400_000).toISOString();

let deployment: Deployment;
let api: Api;
/** Another organization on the same deployment. */
let others: Api;

beforeAll(async () => {
  deployment = await Deployment.start(
    `${testConfig({ lines: 2, speed: 100 })}
  - { agentId: theirs, orgId: other, name: Of the others, trunk: theirs }
organizations:
  - orgId: default
    apiKeys: [{ name: development, key: outdial-development, loopbackOnly: true }, { name: tests, key: key-of-default }]
  - { orgId: other, apiKeys: [{ name: tests, key: key-of-other }] }
`.replace('agents:', '  - { name: theirs, orgId: other, lines: 1, dialer: { type: simulator } }\nagents:'),
  );
  const [started] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  ({ api } = started);
  others = new Api(api.url, 'key-of-other');
});

afterAll(() => deployment.stop());

/** Nothing is scheduled: no call, and no batch either. */
const scheduled = async (): Promise<number> =>
  (await deployment.client.workflow.count(`WorkflowType IN ('outboundCall', 'callBatch', 'callBatchPage')`)).count;

const bulk = async (body: unknown, headers?: Record<string, string>): Promise<Answer<ProblemAnswer>> =>
  await api.request<ProblemAnswer>('POST', '/calls/bulk?agentId=demo', body, headers);

/** The mistakes of one call, sent in bulk behind a good one. */
async function mistakesOf(call: object): Promise<ProblemAnswer['errors']> {
  const { status, body } = await bulk([{ endpoint: NUMBER }, { endpoint: NUMBER, ...call }]);
  expect(status).toBe(400);
  return body.errors;
}

describe('bad input', () => {
  // Whatever is sent here, nothing comes of it.
  afterEach(async () => expect(await scheduled()).toBe(0));

  test('is told whole: every mistake of every call at once, with its index and path', async () => {
    const { status, headers, body } = await bulk([
      { endpoint: '', priority: 2 ** 31 },
      { endpoint: NUMBER },
      { endpoint: 'abc', priority: 0.5, timezone: 'Mars/Olympus', callDeadline: '2020-01-01T00:00:00Z' },
      { callDeadlin: NEXT_YEAR, overrideOutboundConfig: { credentialsId: 'nothing' } },
    ]);
    expect(status).toBe(400);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({
      type: 'about:blank',
      title: 'Invalid body',
      status: 400,
      detail: 'The body has 9 mistakes: nothing was scheduled.',
      totalErrors: 9,
      instance: '/api/v1/calls/bulk',
    });
    expect(body.errors?.map(({ index, path }) => `${index} ${path}`).sort()).toEqual([
      '0 endpoint',
      '0 priority',
      '2 callDeadline',
      '2 endpoint',
      '2 priority',
      '2 timezone',
      '3 callDeadlin',
      '3 endpoint',
      '3 overrideOutboundConfig.credentialsId',
    ]);
  });

  test.each([
    ['an empty endpoint', { endpoint: '' }, 'endpoint', 'expected at least 1 character'],
    ['a number that is no number', { endpoint: 'no number' }, 'endpoint', /^is neither a phone number nor a SIP URI/],
    ['a zone that does not exist', { timezone: 'Mars/Olympus' }, 'timezone', /^expected an IANA time zone/],
    ['a deadline in the past', { callDeadline: '2020-01-01T00:00:00Z' }, 'callDeadline', 'lies in the past'],
    ['a priority beyond int32', { priority: 2_147_483_648 }, 'priority', /from -2147483648 to 2147483647$/],
    ['a priority that is not whole', { priority: 1.5 }, 'priority', /got a number that is not whole$/],
    [
      'an unknown credentialsId',
      { overrideOutboundConfig: { credentialsId: 'nothing' } },
      'overrideOutboundConfig.credentialsId',
      'expected the name of one of your trunks',
    ],
    [
      'the trunk of another organization',
      { overrideOutboundConfig: { credentialsId: 'theirs' } },
      'overrideOutboundConfig.credentialsId',
      'expected the name of one of your trunks',
    ],
    [
      'a misspelt field, with the name that was meant',
      { callDeadlin: NEXT_YEAR },
      'callDeadlin',
      'unknown field: did you mean `callDeadline`?',
    ],
  ])('is refused: %s', async (_what, call, path, message) => {
    const mistakes = await mistakesOf(call);
    expect(mistakes).toMatchObject([{ index: 1, path }]);
    expect(mistakes?.[0]?.message).toMatch(message);
    const one = await api.request<ProblemAnswer>('POST', '/calls?agentId=demo', { endpoint: NUMBER, ...call });
    expect(one.status).toBe(400);
    expect(one.body.errors).toMatchObject([{ index: null, path }]);
  });

  test('is refused: an empty array, no array, and no body at all', async () => {
    for (const body of [[], { endpoint: NUMBER }, 'null', '"text"', undefined]) {
      expect(await bulk(body)).toMatchObject({ status: 400, body: { errors: [{ index: null, path: '' }] } });
    }
  });

  test('is refused: 50,001 calls', async () => {
    const { status, body } = await bulk(Array.from({ length: 50_001 }, () => ({ endpoint: NUMBER })));
    expect(status).toBe(413);
    expect(body.detail).toBe('A request holds at most 50000 calls, this one 50001: send several requests.');
  });

  test('is refused: a body that is not JSON, without a word of it', async () => {
    const { status, body } = await bulk(`[{"endpoint": "${NUMBER}"},]`);
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ index: null, path: '', message: 'Expected JSON: the body cannot be parsed' }]);
    expect(JSON.stringify(body)).not.toContain(NUMBER);
  });

  test('is refused before it is parsed: a body of more than 32 MB', async () => {
    const { status, body } = await bulk(`no JSON ${' '.repeat(32 * 1024 * 1024)}`);
    expect(status).toBe(413);
    expect(body.title).toBe('Content too large');
  });

  test('is refused: an unknown, a missing and a disabled agent', async () => {
    const to = async (query: string) =>
      (await api.request('POST', `/calls/bulk${query}`, [{ endpoint: NUMBER }])).status;
    expect(await to('?agentId=nobody')).toBe(404);
    expect(await to('?agentId=theirs')).toBe(404);
    expect(await to('?agentId=disabled')).toBe(409);
    expect(await to('')).toBe(400);
  });

  test('is refused: query parameters that are unknown or make no sense, rather than passed over', async () => {
    const refused = async (method: string, path: string, body?: object) => {
      const answer = await api.request<ProblemAnswer>(method, path, body);
      expect(answer.status).toBe(400);
      return answer.body.detail;
    };
    const calls = [{ endpoint: NUMBER }];
    expect(await refused('POST', '/calls/bulk?agentId=demo&dryRun=yes', calls)).toContain('expected `true` or `false`');
    for (const batchName of ['', '%20%09', 'x'.repeat(101), 'two%0Alines', 'a&batchName=b']) {
      const path = `/calls/bulk?agentId=demo&batchName=${batchName}`;
      expect(await refused('POST', path, calls)).toMatch(/^`batchName`: expected /);
    }
    expect(await refused('POST', '/calls?agentId=demo&batchName=spring', calls[0])).toContain('`batchName`');
    expect(await refused('POST', '/calls?agentID=demo', calls[0])).toContain('did you mean `agentId`?');
    expect(await refused('GET', '/calls/queue/list?stauts=Failed')).toContain('did you mean `status`?');
    expect(await refused('GET', '/calls/queue/list?status=Done')).toContain('expected one of Created, Pending');
    expect(await refused('GET', '/calls/queue/list?skip=9999&take=2')).toContain('reach at most 10000 rows');
    expect(await refused('GET', '/agents?verbose=1')).toContain('`verbose`');
    expect(await refused('DELETE', '/calls/x?hangUp=true')).toContain('did you mean `hangup`?');
  });

  test('is refused: a missing and a wrong key, before a byte of the body counts', async () => {
    for (const authorization of ['', 'Bearer', 'Bearer wrong', 'Basic b3V0ZGlhbA==', 'outdial-development']) {
      const { status, headers } = await bulk('no JSON', { authorization });
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer realm="outdial"');
    }
  });

  test.each(['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via'])(
    'is refused: the development key, which counts on this machine only, behind a proxy that sends %s',
    async (header) => {
      const headers = { [header]: '127.0.0.1' };
      expect((await api.read('/agents')).status).toBe(200);
      expect((await api.request('GET', '/agents', undefined, headers)).status).toBe(401);
      expect((await bulk([{ endpoint: NUMBER }], headers)).status).toBe(401);
      const configured = new Api(api.url, 'key-of-default');
      expect((await configured.request('GET', '/agents', undefined, headers)).status).toBe(200);
    },
  );

  test('is refused: paths that do not exist or cannot be read', async () => {
    const statusOf = async (path: string) => (await api.read(path)).status;
    expect(await statusOf('/nothing')).toBe(404);
    expect(await statusOf('/agents/nobody')).toBe(404);
    expect(await statusOf('/calls/%E0%A4%A')).toBe(400);
    expect(await statusOf(`/calls/${'x'.repeat(2_000)}`)).toBe(404);
    expect((await fetch(`${api.url}/nothing`)).status).toBe(404);
  });
});

describe('a call of another organization', () => {
  let call: CallAnswer;

  beforeAll(async () => {
    [call] = (await others.bulk('theirs', [{ endpoint: NUMBER, scheduledTime: NEXT_YEAR }])) as [CallAnswer];
    await others.until(call.callId, ({ status }) => status === 'Pending');
    // In visibility it comes a moment later.
    await eventually(
      () => others.total(''),
      (total) => total === 1,
    );
  });

  test('is a 404 as if it did not exist, to whoever asks for it or cancels it', async () => {
    const unknown = await api.read<ProblemAnswer>(`/calls/${call.callId.replace(/.-0$/, 'x-0')}`);
    for (const method of ['GET', 'DELETE']) {
      const { status, body } = await api.request<ProblemAnswer>(method, `/calls/${call.callId}`);
      expect(status).toBe(404);
      expect(body).toEqual({ ...unknown.body, instance: `/api/v1/calls/${call.callId}` });
    }
    expect((await others.get(call.callId)).status).toBe('Pending');
  });

  test('is in no list but theirs, not even by its batch', async () => {
    expect(await api.total('')).toBe(0);
    expect(await api.total(`batchId=${call.callId.replace(/-0$/, '')}`)).toBe(0);
    expect(await others.total(`batchId=${call.callId.replace(/-0$/, '')}`)).toBe(1);
  });

  test('has an agent and a trunk that are theirs alone', async () => {
    expect((await api.read('/agents/theirs')).status).toBe(404);
    expect((await api.request('POST', '/trunks/theirs/pause')).status).toBe(404);
    const names = async (of: Api, path: string) =>
      (await of.read<{ name: string }[]>(path)).body.map(({ name }) => name);
    expect(await names(api, '/trunks')).toEqual(['demo']);
    expect(await names(others, '/trunks')).toEqual(['theirs']);
    expect(await names(others, '/agents')).toEqual(['Of the others']);
  });

  test('and a batch, a page or a trunk’s workflow are no calls', async () => {
    const batchId = call.callId.replace(/-0$/, '');
    for (const id of [batchId, `${batchId}-page-0`, `${batchId}-1`, 'trunk-other-theirs']) {
      expect((await others.read(`/calls/${id}`)).status).toBe(404);
    }
  });
});
