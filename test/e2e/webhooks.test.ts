import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/contract/webhook.ts';
import type { Api, ProblemAnswer } from '../support/api.ts';
import { Deployment, testConfig } from '../support/deployment.ts';
import { type Received, Receiver } from '../support/receiver.ts';
import type { OutdialProcess } from '../support/process.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ANSWERED = '+14155550001';
const BUSY = '+14155550002';
const TALKS_LONG = '+14155550003';

let receiver: Receiver;
let deployment: Deployment;
let worker: OutdialProcess;
let api: Api;

beforeAll(async () => {
  receiver = await Receiver.start();
  const { url } = receiver;
  const all = `webhooks: { start: { url: '${url}/start' }, result: { url: '${url}/result', secret: ${SECRET} }, batch: { url: '${url}/batch' } }`;
  deployment = await Deployment.start(
    testConfig(
      { lines: 20, speed: 20 },
      `
  - { agentId: telling, name: Tells, trunk: demo, additionalData: { clinic: Northside }, ${all} }
  - { agentId: slow, name: Tells slowly, trunk: demo, webhooks: { start: { url: '${url}/slow' } } }
  - { agentId: broken, name: Tells in vain, trunk: demo, webhooks: { result: { url: '${url}/broken?token=hidden' } } }
  - { agentId: asking, name: Asks, trunk: demo, predialWebhook: { url: '${url}/predial' } }
  - { agentId: waiting, name: Waits, trunk: demo, predialWebhook: { url: 'http://127.0.0.1:9/', onTimeout: wait } }
organizations:
  - { orgId: default, apiKeys: [{ name: dev, key: outdial-development }], allowPrivateWebhooks: true }
  - { orgId: other, apiKeys: [{ name: dev, key: key-of-another-organization }] }
`,
    ),
  );
  [worker, { api }] = await Promise.all([deployment.startWorker(), deployment.startApi()]);
});

afterAll(async () => {
  await deployment.stop();
  await receiver.down();
});

const sentTo = (path: string, callId?: string): Received[] =>
  receiver.received.filter((one) => one.path.startsWith(path) && (callId === undefined || one.body.callId === callId));

const deliveries = async (callId: string): Promise<Delivery[]> =>
  (await api.read<Delivery[]>(`/calls/${callId}/webhooks`)).body;

const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look, { interval: 50, timeout: 20_000 });

describe('a call of an agent with webhooks', () => {
  it('is told when it is dialed and when it has ended, each once, and shows both', async () => {
    const { callId } = await api.call('telling', { endpoint: ANSWERED, additionalData: { name: 'Ada' } });
    const call = await api.untilEnded(callId);
    await eventually(() => sentTo('/result', callId).length).toBe(1);
    const who = {
      callId,
      agentId: 'telling',
      orgId: 'default',
      endpoint: ANSWERED,
      callAdditionalData: { name: 'Ada' },
      agentAdditionalData: { clinic: 'Northside' },
    };
    expect(sentTo('/start', callId).map(({ body }) => body)).toEqual([
      { type: 'StartWebHookPayload', status: 'Running', ...who },
    ]);
    const [end] = sentTo('/result', callId);
    expect(new Webhook(SECRET).verify(end?.raw ?? '', end?.headers as Record<string, string>)).toEqual({
      type: 'CompletedWebHookPayload',
      status: 'Completed',
      ...who,
      durationSeconds: call.durationSeconds,
      transcription: null,
      result: { finishReason: 'answered', postCallAnalysis: null },
    });
    await eventually(() => deliveries(callId)).toMatchObject([
      { event: 'start', status: 'delivered', attempts: [{ statusCode: 204, url: `${receiver.url}/start` }] },
      { event: 'completed', status: 'delivered', attempts: [{ statusCode: 204 }], nextAttemptTime: null },
    ]);
  });

  it('shows how its start was told while it goes on', async () => {
    const { callId } = await api.call('telling', { endpoint: TALKS_LONG });
    await eventually(() => deliveries(callId)).toMatchObject([{ event: 'start', status: 'delivered' }]);
    await api.request('DELETE', `/calls/${callId}`);
  });

  it('is told of a batch with its counts, after all its calls', async () => {
    const calls = await api.bulk('telling', [{ endpoint: ANSWERED }, { endpoint: BUSY }]);
    const batchId = calls[0]?.callId.replace(/-0$/, '');
    await eventually(() => sentTo('/batch').filter(({ body }) => body.batchId === batchId).length).toBe(1);
    expect(sentTo('/batch').find(({ body }) => body.batchId === batchId)?.body).toMatchObject({
      type: 'BatchCompletedWebHookPayload',
      total: 2,
      counts: { Completed: 1, Failed: 1, Canceled: 0 },
    });
    for (const { callId } of calls) expect(sentTo('/result', callId)).toHaveLength(1);
  });

  it('is dialed without waiting for a receiver that does not answer', async () => {
    receiver.reply = ({ path }) => (path === '/slow' ? { status: 204, afterMs: 8_000 } : { status: 204 });
    const { callId } = await api.call('slow', { endpoint: BUSY });
    const call = await api.untilEnded(callId);
    const [dialed] = deployment
      .readLedger()
      .filter(({ event, identity }) => event === 'place' && identity === `${callId}.1`);
    expect(dialed).toBeDefined();
    expect(sentTo('/slow', callId)).not.toEqual([]);
    expect(Date.parse(call.completedTime ?? '') - Date.parse(call.createdTime)).toBeLessThan(7_000);
    // What was under way when the call ended is not lost: a delivery of its own goes on with it.
    receiver.reply = () => ({ status: 204 });
    await eventually(() => deliveries(callId)).toMatchObject([{ event: 'start', status: 'delivered' }]);
  });
});

describe('a call whose workflow an operator terminates', () => {
  it('is told as canceled, once, whether it was sent alone or in a batch', async () => {
    const later = { endpoint: ANSWERED, scheduledTime: new Date(Date.now() + 3_600_000).toISOString() };
    const alone = await api.call('telling', later);
    const [inBatch] = await api.bulk('telling', [later]);
    for (const { callId } of [alone, inBatch ?? alone]) {
      await api.until(callId, ({ status }) => status === 'Pending');
      await deployment.client.workflow.getHandle(callId).terminate();
      await eventually(() => sentTo('/result', callId).map(({ body }) => body)).toMatchObject([
        { type: 'CallDeadLineWebHookPayload', status: 'Canceled', reason: 'terminated' },
      ]);
    }
    await eventually(() => deliveries(alone.callId)).toMatchObject([{ event: 'deadline', status: 'delivered' }]);
    // Another host looks for such calls from the beginning, and tells none of them again.
    await worker.end('SIGKILL');
    worker = await deployment.startWorker();
    const { callId } = await api.call('telling', { endpoint: BUSY });
    await api.untilEnded(callId);
    await eventually(() => sentTo('/result', callId).length).toBe(1);
    expect(sentTo('/result', alone.callId)).toHaveLength(1);
  });
});

describe('a page that an operator terminates while it starts its calls', () => {
  it('has each of its calls told, once, as the API shows its end, while its batch goes on too', async () => {
    const later = { endpoint: ANSWERED, scheduledTime: new Date(Date.now() + 3_600_000).toISOString() };
    const calls = await api.bulk('telling', Array(60).fill(later) as (typeof later)[]);
    const batchId = (calls[0]?.callId ?? '').replace(/-0$/, '');
    await deployment.client.workflow.getHandle(`${batchId}-page-0`).terminate();
    const told = (): Received[] => sentTo('/result').filter(({ body }) => String(body.callId).startsWith(batchId));
    await eventually(() => new Set(told().map(({ body }) => body.callId)).size).toBe(60);
    const reasons = new Map(told().map(({ body }) => [body.callId, body.reason]));
    expect([...reasons.values()]).toContain('terminated');
    for (const { callId } of [...calls.slice(0, 3), ...calls.slice(-3)]) {
      const { status, reason } = await api.get(callId);
      expect({ callId, status, reason }).toEqual({ callId, status: 'Canceled', reason: reasons.get(callId) });
    }
    const list = await api.read(`/calls/queue/list?batchId=${batchId}&status=Canceled&take=1`);
    expect(list.body).toMatchObject({ total: 60 });
    expect(told()).toHaveLength(60);
  });
});

describe('a call whose workflow an operator terminates while it tells how it has ended', () => {
  it('is told just that, and shows it', async () => {
    receiver.reply = ({ path }) => (path === '/result' ? { status: 503, afterMs: 2_000 } : { status: 204 });
    const { callId } = await api.call('telling', { endpoint: BUSY });
    await eventually(() => sentTo('/result', callId).length).toBe(1);
    await deployment.client.workflow.getHandle(callId).terminate();
    receiver.reply = () => ({ status: 204 });
    await eventually(() => deliveries(callId)).toMatchObject([
      { event: 'start', status: 'delivered' },
      { event: 'failed', status: 'delivered' },
    ]);
    expect(new Set(sentTo('/result', callId).map(({ body }) => body.type))).toEqual(new Set(['FailedWebHookPayload']));
  });
});

describe('an event that was not delivered', () => {
  it('shows its attempts without credentials, and is sent again on request under the same ID', async () => {
    receiver.reply = ({ path }) => (path.startsWith('/broken') ? { status: 410 } : { status: 204 });
    const { callId } = await api.call('broken', { endpoint: BUSY });
    await api.untilEnded(callId);
    await eventually(() => deliveries(callId)).toMatchObject([
      { event: 'failed', status: 'stopped', attempts: [{ statusCode: 410, url: `${receiver.url}/broken` }] },
    ]);
    receiver.reply = () => ({ status: 204 });
    const again = await api.request<Delivery>('POST', `/calls/${callId}/webhooks/failed/redeliver`);
    expect(again.status).toBe(202);
    await eventually(() => deliveries(callId)).toMatchObject([
      { event: 'failed', status: 'delivered', attempts: [{ statusCode: 410 }, { statusCode: 204 }] },
    ]);
    const ids = sentTo('/broken', callId).map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual([`webhook-${callId}-failed`, `webhook-${callId}-failed`]);
    expect(sentTo('/broken', callId)[1]?.body).toEqual(sentTo('/broken', callId)[0]?.body);
  });

  it('cannot be asked for where there is no such event, call or webhook', async () => {
    const { callId } = await api.call('broken', { endpoint: BUSY });
    await api.untilEnded(callId);
    const ask = (path: string) => api.request<ProblemAnswer>('POST', `/calls/${path}/redeliver`);
    expect((await ask(`${callId}/webhooks/completed`)).status).toBe(404);
    expect((await ask('01a20fa9-1304-7703-a388-c8e4c4c2bbc8/webhooks/failed')).status).toBe(404);
    const noWebhook = await ask(`${callId}/webhooks/start`);
    expect(noWebhook.status).toBe(409);
    expect(noWebhook.body.detail).toContain('`webhooks.start`');
  });
});

describe('POST /webhooks/test', () => {
  it('sends each webhook of an agent a sample, and tells what it answered', async () => {
    receiver.reply = ({ path }) => ({ status: path === '/batch' ? 500 : 200 });
    const { body } = await api.request('POST', '/webhooks/test?agentId=telling');
    receiver.reply = () => ({ status: 204 });
    expect(body).toMatchObject([
      { kind: 'start', delivered: true, statusCode: 200 },
      { kind: 'result', delivered: true, statusCode: 200 },
      { kind: 'batch', delivered: false, statusCode: 500 },
    ]);
    expect((await api.request('POST', '/webhooks/test?agentId=demo')).status).toBe(409);
    expect((await api.request('POST', '/webhooks/test?agentId=nobody')).status).toBe(404);
  });
});

describe('the pre-dial check', () => {
  it('cancels a call with its reason before anybody is dialed, and lets another go', async () => {
    receiver.reply = ({ path, body }) =>
      path === '/predial' && body.endpoint === ANSWERED
        ? { status: 200, body: '{"allow": false, "reason": "paid already"}' }
        : { status: 200 };
    const refused = await api.untilEnded((await api.call('asking', { endpoint: ANSWERED })).callId);
    const allowed = await api.untilEnded((await api.call('asking', { endpoint: BUSY })).callId);
    receiver.reply = () => ({ status: 204 });
    expect(refused).toMatchObject({
      status: 'Canceled',
      reason: 'predial',
      errorMessage: 'The pre-dial check said no: paid already',
      attempts: [],
    });
    expect(allowed).toMatchObject({ status: 'Failed', attempts: [{ disposition: 'busy' }] });
    expect(deployment.readLedger().filter(({ identity }) => identity.startsWith(refused.callId))).toEqual([]);
  });

  it('that does not answer makes the call wait, where its agent says so', async () => {
    const { callId } = await api.call('waiting', { endpoint: ANSWERED });
    const call = await api.until(callId, ({ waitingFor }) => waitingFor?.for === 'predial');
    expect(call).toMatchObject({ status: 'Pending', attempts: [] });
    await api.request('DELETE', `/calls/${callId}`);
  });
});

describe('what is private', () => {
  it('is in no log of the worker: no number, variable, address or secret', () => {
    expect(worker.output).not.toMatch(
      /\+1415555|Ada|Northside|whsec_|token=hidden|127\.0\.0\.1:\d+\/(start|result|broken)/,
    );
  });
});
