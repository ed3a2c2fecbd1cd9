import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attemptToken } from '../../src/config/attempt-token.ts';
import { freePort } from '../../src/temporal/ports.ts';
import { type Api, type CallAnswer, eventually, isTalking } from '../support/api.ts';
import { Deployment, SECRET } from '../support/deployment.ts';
import { ExamplePlatform } from '../support/http-platform.ts';
import type { OutdialProcess } from '../support/process.ts';

/** Somebody talks for two seconds, for four, or until they are hung up. */
const ANSWERED = '+14155550021';
const TALKS_ON = '+14155550041';
const TALKS = '+14155550001';

let platform: ExamplePlatform;
let deployment: Deployment;
let worker: OutdialProcess;
let api: Api;
let env: Record<string, string>;

beforeAll(async () => {
  platform = await ExamplePlatform.start(1_000);
  const dialer = `type: http, url: '${platform.url}/calls', hangUpUrl: '${platform.url}/calls/{identity}/hangup', headers: { Authorization: 'Bearer \${VOICE_TOKEN}' }`;
  deployment = await Deployment.start(`
trunks:
  - { name: voice, lines: 5, dialer: { ${dialer}, statusUrl: '${platform.url}/calls/{identity}' } }
  - { name: mute, lines: 5, dialer: { ${dialer} } }
agents:
  - { agentId: voice, name: Ada, trunk: voice, prompt: 'Hello {{name}}' }
  - { agentId: mute, name: Ada, trunk: mute, prompt: 'Hello {{name}}' }
`);
  const port = String(await freePort());
  env = { OUTDIAL_PORT: port, OUTDIAL_PUBLIC_URL: `http://127.0.0.1:${port}`, VOICE_TOKEN: 'hunter2' };
  [worker, { api }] = await Promise.all([deployment.startWorker(env), deployment.startApi(env)]);
});

afterAll(async () => {
  await deployment.stop();
  await platform.stop();
});

const call = async (agentId: string, endpoint: string): Promise<string> =>
  (await api.call(agentId, { endpoint, additionalData: { name: 'Bob' } })).callId;

const tokenOf = (callId: string, trunk = 'voice', secret = SECRET): Promise<string> =>
  attemptToken(secret, { orgId: 'default', trunk, identity: `${callId}.1` });

const tell = async (token: string, event: unknown): Promise<number> => {
  const body = JSON.stringify(event);
  return (await fetch(`${api.url}/api/v1/dialer-events/${token}`, { method: 'POST', body })).status;
};

const completed = (callId: string) => ({
  callId,
  status: 'Completed',
  transcription: 'Agent: Hello Bob',
  recordId: expect.stringMatching(/^rec-toy-/) as string,
  attempts: [{ number: 1, disposition: 'answered' }],
});

describe('a call through a voice platform of somebody’s own', () => {
  it('is completed with its transcript, whether the platform can be asked for it or only tells', async () => {
    const callIds = await Promise.all(['voice', 'mute'].map((agentId) => call(agentId, ANSWERED)));
    for (const callId of callIds) {
      const ended = await api.untilEnded(callId);
      expect(ended).toMatchObject(completed(callId));
      const [attempt] = ended.attempts;
      const { answeredTime, endedTime } = await platform.state(`${callId}.1`);
      expect(attempt).toMatchObject({ answeredTime, endedTime });
      expect(platform.dials(`${callId}.1`)).toBe(1);
    }
  });

  it('is what its platform says of it, and nobody else, however late and often that comes', async () => {
    const callId = await call('voice', TALKS);
    await api.until(callId, isTalking);
    const token = await tokenOf(callId);
    const end = { event: 'ended', disposition: 'busy' };
    const forged = [
      await tokenOf(callId, 'voice', `${SECRET}!`),
      await tokenOf(callId, 'nowhere'),
      'x',
      `${token.slice(0, token.lastIndexOf('.'))}.`,
    ];
    for (const wrong of forged) expect(await tell(wrong, end)).toBe(404);
    expect(await tell(token, { event: 'ended' })).toBe(400);
    for (const event of ['ringing', 'answered', 'ringing', 'answered']) expect(await tell(token, { event })).toBe(204);
    // Of an attempt that was never made: nobody listens.
    const next = await attemptToken(SECRET, { orgId: 'default', trunk: 'voice', identity: `${callId}.2` });
    expect(await tell(next, end)).toBe(204);
    expect(await api.get(callId)).toMatchObject({ status: 'Running', attempts: [{ number: 1, disposition: null }] });
    await api.request('DELETE', `/calls/${callId}?hangup=true`);
    const ended = await api.untilEnded(callId);
    expect(ended).toMatchObject(completed(callId));
    for (const event of [end, { event: 'answered' }, { event: 'ringing' }]) expect(await tell(token, event)).toBe(204);
    expect(await api.get(callId)).toEqual(ended);
  });

  it('that rings is stopped when it is cancelled', async () => {
    const callId = await call('voice', '+14155550003');
    await eventually(
      () => Promise.resolve(platform.dials(`${callId}.1`)),
      (dials) => dials === 1,
    );
    await api.request('DELETE', `/calls/${callId}`);
    expect(await api.untilEnded(callId)).toMatchObject({ status: 'Canceled', reason: 'request' });
    expect(await platform.state(`${callId}.1`)).toMatchObject({ status: 'ended', disposition: 'no-answer' });
  });
});

describe('a call that ends while no worker is there', () => {
  it('has ended as the platform told, once, whether it can be asked for it or not', async () => {
    const callIds = await Promise.all(['voice', 'mute'].map((agentId) => call(agentId, TALKS_ON)));
    for (const callId of callIds) await api.until(callId, isTalking);
    await worker.end('SIGKILL');
    for (const callId of callIds) {
      await eventually(
        () => platform.state(`${callId}.1`),
        ({ status }) => status === 'ended',
      );
      // The platform has told it by now, or does in this moment: it is taken for a repeat.
      expect(await tell(await tokenOf(callId), { event: 'ringing' })).toBe(204);
    }
    worker = await deployment.startWorker(env);
    const ended: CallAnswer[] = await Promise.all(callIds.map((callId) => api.untilEnded(callId, 50_000)));
    for (const [index, callId] of callIds.entries()) {
      const { answeredTime, endedTime } = await platform.state(`${callId}.1`);
      expect(ended[index]).toMatchObject({ ...completed(callId), attempts: [{ answeredTime, endedTime }] });
      expect(platform.dials(`${callId}.1`)).toBe(1);
    }
  });
});

describe('what is private', () => {
  it('is in no log of the worker: no number, name, transcript, token or credential', () => {
    expect(worker.output).not.toMatch(/\+1415555|Bob|Goodbye|hunter2|eyJ/);
  });
});
