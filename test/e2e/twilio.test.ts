import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/temporal/ports.ts';
import { type Api, eventually, isTalking, type TrunkAnswer } from '../support/api.ts';
import { Deployment } from '../support/deployment.ts';
import type { OutdialProcess } from '../support/process.ts';
import { ACCOUNT, TwilioStub } from '../support/twilio-stub.ts';

const configOf = (stub: TwilioStub): string => `
trunks:
  - name: demo
    lines: 5
    callerId: '+14155550100'
    dialer:
      type: twilio
      accountSid: ${ACCOUNT.accountSid}
      authToken: '\${TWILIO_AUTH_TOKEN}'
      connect: { stream: wss://agent.example.com/stream }
      machineDetection: true
      apiUrl: ${stub.url}
agents:
  - { agentId: demo, name: Demo, trunk: demo, prompt: 'Hello {{name}}' }
`;

let stub: TwilioStub;
let deployment: Deployment;
let api: Api;
let worker: OutdialProcess;
let env: Record<string, string>;

beforeAll(async () => {
  stub = await TwilioStub.start();
  deployment = await Deployment.start(configOf(stub));
  const port = await freePort();
  env = { OUTDIAL_PUBLIC_URL: `http://127.0.0.1:${port}`, TWILIO_AUTH_TOKEN: ACCOUNT.authToken };
  const [started, startedWorker] = await Promise.all([
    deployment.startApi({ ...env, OUTDIAL_PORT: String(port) }),
    deployment.startWorker(env),
  ]);
  ({ api } = started);
  worker = startedWorker;
  // Twilio's SDK takes a moment to load, for which the worker answers nobody.
  await eventually(
    () => api.read<TrunkAnswer[]>('/trunks'),
    ({ body }) => body[0]?.host != null,
  );
});

afterAll(async () => {
  await deployment.stop();
  await stub.close();
});

test('calls go out through Twilio, and end as it tells', async () => {
  const calls = await api.bulk(
    'demo',
    ['+14155550001', '+14155550002', '+14155550005', '+14155550006'].map((endpoint) => ({
      endpoint,
      additionalData: { name: 'Ada' },
    })),
  );
  const ended = await Promise.all(calls.map(({ callId }) => api.untilEnded(callId)));
  expect(ended.map(({ status, attempts }) => [status, attempts[0]?.disposition, attempts[0]?.providerCode])).toEqual([
    ['Completed', 'answered', '200'],
    ['Failed', 'busy', '486'],
    ['Completed', 'voicemail', '200'],
    ['Failed', 'invalid-number', '404'],
  ]);
  for (const { callId } of calls) expect(stub.dials(`${callId}.1`)).toBe(1);
  expect(stub.calls.at(-1)?.params.get('Twiml')).toContain('Hello Ada');
});

test('a call that talks while its worker is killed is taken over, and not dialed again', async () => {
  const { callId } = await api.call('demo', { endpoint: '+14155560012' });
  await api.until(callId, isTalking);
  worker.signal('SIGKILL');
  worker = await deployment.startWorker(env);
  await api.until(callId, isTalking);
  const { status } = await api.request('DELETE', `/calls/${callId}?hangup=true`);
  expect(status).toBe(200);
  const call = await api.untilEnded(callId);
  expect(call.attempts).toMatchObject([{ disposition: 'answered' }]);
  expect(stub.dials(`${callId}.1`)).toBe(1);
});

test('a callback that Twilio has not signed changes nothing', async () => {
  const { callId } = await api.call('demo', { endpoint: '+14155570012' });
  await api.until(callId, isTalking);
  const address = stub.calls[0]?.params.get('StatusCallback') ?? '';
  const body = new URLSearchParams({ CallSid: stub.calls[0]?.sid ?? '', CallStatus: 'busy' });
  const forged = await fetch(address, { method: 'POST', body, headers: { 'x-twilio-signature': 'forged' } });
  expect(forged.status).toBe(403);
  expect(await forged.json()).toMatchObject({ title: 'Forbidden', status: 403 });
  expect(isTalking(await api.get(callId))).toBe(true);
  await api.request('DELETE', `/calls/${callId}?hangup=true`);
  expect((await api.untilEnded(callId)).attempts).toMatchObject([{ disposition: 'answered' }]);
});

test('its trunk says that a call has no display name of its own there, and such a call is refused', async () => {
  const { body: trunks } = await api.read<object[]>('/trunks');
  expect(trunks).toMatchObject([{ dialer: 'twilio', overrides: { phoneNumber: true, displayName: false } }]);
  expect(JSON.stringify(trunks)).not.toContain(ACCOUNT.authToken);
  const refused = await api.request('POST', '/calls?agentId=demo', {
    endpoint: '+14155550001',
    overrideOutboundConfig: { displayName: 'Northside Clinic' },
  });
  expect(refused.status).toBe(400);
});

test('no credential and no number is in what the processes have printed', () => {
  expect(worker.output).not.toContain(ACCOUNT.authToken);
  expect(worker.output).not.toMatch(/\+1415555/);
});
