import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/temporal/ports.ts';
import { type Api, eventually, type TrunkAnswer } from '../support/api.ts';
import { Deployment } from '../support/deployment.ts';
import { ExamplePlatform } from '../support/http-platform.ts';
import { OutageProxy } from '../support/outage-proxy.ts';

const CALLS = 6;

let platform: ExamplePlatform;
let proxy: OutageProxy;
let deployment: Deployment;
let api: Api;

beforeAll(async () => {
  platform = await ExamplePlatform.start(100);
  proxy = await OutageProxy.start(platform.port);
  deployment = await Deployment.start(`
trunks:
  - name: voice
    lines: 3
    dialer:
      type: http
      url: '${proxy.url}/calls'
      statusUrl: '${proxy.url}/calls/{identity}'
      hangUpUrl: '${proxy.url}/calls/{identity}/hangup'
agents:
  - { agentId: demo, name: Demo, trunk: voice }
`);
  const port = String(await freePort());
  const env = { OUTDIAL_PORT: port, OUTDIAL_PUBLIC_URL: `http://127.0.0.1:${port}` };
  [{ api }] = await Promise.all([deployment.startApi(env), deployment.startWorker(env)]);
  await eventually(
    () => api.read<TrunkAnswer[]>('/trunks'),
    ({ body }) => body[0]?.host != null,
  );
});

afterAll(async () => {
  await deployment.stop();
  await proxy.down();
  await platform.stop();
});

test('a provider that is down costs its calls time and no attempt: one finds out and says so, and the others stay in line', async () => {
  await proxy.down();
  const calls = await api.bulk(
    'demo',
    Array.from({ length: CALLS }, (_, index) => ({ endpoint: `+1415555${index}011` })),
  );
  const statesOf = async () => await Promise.all(calls.map(({ callId }) => api.get(callId)));
  // One has found it down; another tries five seconds later, and the others have stayed in line.
  const seen = await eventually(statesOf, (states) => states.some(({ waitingFor }) => waitingFor?.for === 'provider'));
  expect(seen.filter(({ waitingFor }) => waitingFor?.for === 'line').length).toBeGreaterThanOrEqual(CALLS - 3);
  expect(seen.flatMap(({ attempts }) => attempts)).toEqual([]);
  expect(calls.map(({ callId }) => platform.dials(`${callId}.1`))).toEqual(calls.map(() => 0));

  await proxy.up();
  const ended = await Promise.all(calls.map(({ callId }) => api.untilEnded(callId, 60_000)));
  expect(ended.map(({ status, attempts }) => [status, attempts.length])).toEqual(calls.map(() => ['Completed', 1]));
  expect(calls.map(({ callId }) => platform.dials(`${callId}.1`))).toEqual(calls.map(() => 1));
}, 120_000);
