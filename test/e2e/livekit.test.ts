import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api } from '../support/api.ts';
import { Deployment } from '../support/deployment.ts';
import { LiveKitStub, STUB_KEY } from '../support/livekit-stub.ts';

const ENV = { LIVEKIT_KEY: STUB_KEY.apiKey, LIVEKIT_SECRET: STUB_KEY.apiSecret };

let stub: LiveKitStub;
let deployment: Deployment;
let api: Api;

beforeAll(async () => {
  stub = await LiveKitStub.start();
  deployment = await Deployment.start(`
trunks:
  - name: phones
    lines: 5
    dialer:
      type: livekit
      url: ${stub.url}
      apiKey: \${LIVEKIT_KEY}
      apiSecret: \${LIVEKIT_SECRET}
      sipTrunkId: ST_stub
      agentName: assistant
agents:
  - { agentId: demo, name: Always open, trunk: phones, prompt: 'Hello {{name}}' }
`);
  ({ api } = await deployment.startApi(ENV));
  stub.webhookUrl = `${api.url}/api/v1/dialer-events/livekit`;
});
afterAll(async () => {
  await deployment.stop();
  await stub.close();
});

test('a call through LiveKit is dialed once, whether its worker is killed or not, and its end is heard at once', async () => {
  const first = await deployment.startWorker(ENV);
  const whole = await api.call('demo', { endpoint: '+14155550001', additionalData: { name: 'Ada' } });
  expect(await api.untilEnded(whole.callId)).toMatchObject({
    status: 'Completed',
    attempts: [{ number: 1, disposition: 'answered' }],
  });
  expect(JSON.parse(stub.dispatches[0]?.metadata ?? '')).toMatchObject({
    prompt: 'Hello Ada',
    variables: { name: 'Ada' },
  });
  // The webhook came first: the room is looked at only every two seconds while somebody talks.
  const { answeredTime, endedTime } = (await api.get(whole.callId)).attempts[0] ?? {};
  expect(Date.parse(endedTime ?? '') - Date.parse(answeredTime ?? '')).toBeLessThan(1_000);

  // The record that it is about to be dialed is there, and the worker is not any more.
  stub.onAnswer = async (method, body) => {
    if (method !== 'CreateRoom' || !(body['name'] as string).endsWith('-dialed')) return;
    stub.onAnswer = () => undefined;
    await first.end('SIGKILL');
  };
  const cut = await api.call('demo', { endpoint: '+14155550001' });
  await first.exited();
  expect(stub.dials(`${cut.callId}.1`)).toBe(0);
  await deployment.startWorker(ENV);
  expect(await api.untilEnded(cut.callId, 60_000)).toMatchObject({
    status: 'Completed',
    attempts: [{ number: 1, disposition: 'answered' }],
  });
  expect(stub.dials(`${cut.callId}.1`)).toBe(1);
}, 120_000);
