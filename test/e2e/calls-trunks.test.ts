import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Api,
  type CallAnswer,
  eventually,
  isRinging,
  type ProblemAnswer,
  type TrunkAnswer,
} from '../support/api.ts';
import { Deployment } from '../support/deployment.ts';
import type { OutdialProcess } from '../support/process.ts';

const ANSWERED = '+14155550001';
/** Rings for 45 s. */
const NO_ANSWER = '+14155550003';
const LINES = 4;

const CONFIG = `
trunks:
  - { name: demo, lines: ${LINES}, callsPerSecond: 50, dialer: { type: simulator, speed: 100 } }
  - name: slow
    lines: 2
    allowedCountries: [US]
    callerIds: ['+14155550100']
    dialer: { type: simulator, speed: 1 }
agents:
  - agentId: office
    name: Office hours
    trunk: demo
    prompt: 'Hello {{name}}'
    additionalData: { clinic: Northside }
    defaultCountry: US
    defaultDeadline: 12h
    onVoicemail: retry
    schedule:
      timezone: America/New_York
      monday: [{ start: '09:00', end: '12:30' }, { start: '13:30', end: '24:00' }]
      holidays: ['2026-12-25']
    retry: { maxAttempts: 3, delays: { busy: 5m, no-answer: 30m } }
    ringTimeout: 20s
    maxDuration: 10m
    webhooks: { result: { url: 'https://user:pass@example.com/hook?key=1', secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw } }
    predialWebhook: { url: 'https://example.com/may-i', headers: { Authorization: Bearer hidden } }
  - { agentId: demo, name: Demo, trunk: demo }
  - { agentId: slow, name: Slow, trunk: slow }
  - { agentId: disabled, name: Switched off, trunk: demo, isEnabled: false }
`;

let deployment: Deployment;
let api: Api;
let worker: OutdialProcess;

beforeAll(async () => {
  deployment = await Deployment.start(CONFIG);
  const [started, startedWorker] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  ({ api } = started);
  worker = startedWorker;
});

afterAll(() => deployment.stop());

const trunk = async (name: string): Promise<TrunkAnswer> => {
  const { body } = await api.read<TrunkAnswer[]>('/trunks');
  const found = body.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no trunk ${name}`);
  return found;
};
const dials = (name: string) => deployment.readLedger(name).filter(({ event }) => event === 'place');

describe('the agents', () => {
  test('are told as they are configured, with every default', async () => {
    const { status, body } = await api.read('/agents/office');
    expect(status).toBe(200);
    expect(body).toEqual({
      agentId: 'office',
      orgId: 'default',
      name: 'Office hours',
      isEnabled: true,
      trunk: 'demo',
      prompt: 'Hello {{name}}',
      requireVariables: false,
      additionalData: { clinic: 'Northside' },
      defaultCountry: 'US',
      timezone: 'America/New_York',
      schedule: {
        timezone: 'America/New_York',
        monday: [
          { start: { hour: 9, minute: 0 }, end: { hour: 12, minute: 30 } },
          { start: { hour: 13, minute: 30 }, end: { hour: 24, minute: 0 } },
        ],
        holidays: ['2026-12-25'],
      },
      defaultDeadlineSeconds: 43_200,
      onVoicemail: 'retry',
      retry: { maxAttempts: 3, delaysSeconds: expect.objectContaining({ busy: 300, 'no-answer': 1_800 }) as object },
      webhooks: { start: null, result: { url: 'https://example.com/hook', signed: true }, batch: null },
      predialWebhook: { url: 'https://example.com/may-i', signed: false, onTimeout: 'go' },
      contactRules: null,
      ringTimeoutSeconds: 20,
      maxDurationSeconds: 600,
    });
    const demo = await api.read('/agents/demo');
    expect(demo.body).toMatchObject({ prompt: null, defaultCountry: null, timezone: 'UTC', schedule: null });
  });

  test('are listed in the order of the file, disabled ones too', async () => {
    const { body } = await api.read<{ agentId: string; isEnabled: boolean }[]>('/agents');
    expect(body.map(({ agentId, isEnabled }) => `${agentId} ${isEnabled}`)).toEqual([
      'office true',
      'demo true',
      'slow true',
      'disabled false',
    ]);
  });
});

describe('the trunks', () => {
  test('tell their lines, who hosts them, and that nothing is queued or busy', async () => {
    const hosted = await eventually(
      () => trunk('demo'),
      ({ host }) => host !== null,
    );
    expect(hosted).toEqual({
      name: 'demo',
      orgId: 'default',
      dialer: 'simulator',
      lines: LINES,
      callsPerSecond: 50,
      allowedCountries: null,
      callerIds: null,
      overrides: { phoneNumber: true, displayName: true },
      busy: 0,
      queued: 0,
      paused: false,
      pausedReason: null,
      pausedSince: null,
      host: expect.stringMatching(new RegExp(`^${worker.pid}@`)) as string,
    });
    expect(await trunk('slow')).toMatchObject({
      callsPerSecond: null,
      lines: 2,
      allowedCountries: ['US'],
      callerIds: ['+14155550100'],
    });
  });

  test('tell how many lines are busy and how many calls wait, and so does the concurrency of them all', async () => {
    const calls = await api.bulk('slow', Array(5).fill({ endpoint: NO_ANSWER }) as object[]);
    await eventually(
      () => trunk('slow'),
      ({ busy, queued }) => busy === 2 && queued === 3,
    );
    const { body } = await api.read('/misc/concurrency');
    expect(body).toEqual({ active: 2, concurrency: LINES + 2 });
    await Promise.all(calls.map(({ callId }) => api.request('DELETE', `/calls/${callId}`)));
    await eventually(
      () => trunk('slow'),
      ({ busy, queued }) => busy === 0 && queued === 0,
    );
    expect((await api.read('/misc/concurrency')).body).toEqual({ active: 0, concurrency: LINES + 2 });
  });
});

describe('a trunk that is paused', () => {
  test('dials nothing more from the answer on, lets its calls go on, and dials again once it is resumed', async () => {
    // More calls than lines, so that the next one always waits.
    const calls = await api.bulk('demo', Array(40).fill({ endpoint: ANSWERED }) as object[]);
    await eventually(
      () => Promise.resolve(dials('demo').length),
      (dialed) => dialed >= 5,
    );
    const { status } = await api.request<TrunkAnswer>('POST', '/trunks/demo/pause', { reason: 'maintenance' });
    expect([200, 202]).toContain(status);
    const paused = await eventually(
      () => trunk('demo'),
      (one) => one.paused,
    );
    const pausedAt = Date.now();
    expect(paused.pausedReason).toBe('maintenance');

    // Those that are talking end, and their lines stay free.
    await eventually(
      () => trunk('demo'),
      ({ busy }) => busy === 0,
    );
    await sleep(2_000);
    const dialed = dials('demo');
    expect(dialed.length).toBeLessThan(calls.length);
    // No new dial later than a second after the pause was answered.
    expect(dialed.filter(({ time }) => Date.parse(time) > pausedAt + 1_000)).toEqual([]);
    // Temporal counts anew every 5 s.
    await eventually(
      () => trunk('demo'),
      ({ queued }) => queued === calls.length - dialed.length,
    );

    await api.request<TrunkAnswer>('POST', '/trunks/demo/resume');
    for (const { callId } of calls) expect((await api.untilEnded(callId)).status).toBe('Completed');
    expect(dials('demo')).toHaveLength(calls.length);
  });

  test('lets a call that rings go on', async () => {
    const { callId } = await api.call('slow', { endpoint: NO_ANSWER });
    await api.until(callId, isRinging);
    await api.request('POST', '/trunks/slow/pause');
    const held = await api.call('slow', { endpoint: NO_ANSWER });
    await api.until(held.callId, ({ waitingFor }) => waitingFor?.for === 'trunk-paused');
    expect(isRinging(await api.get(callId))).toBe(true);
    expect(
      deployment.readLedger('slow').filter(({ event, identity }) => event === 'hang-up' && identity === `${callId}.1`),
    ).toEqual([]);
    // A waiting call is canceled as ever.
    await api.request<CallAnswer>('DELETE', `/calls/${held.callId}`);
    expect(await api.untilEnded(held.callId)).toMatchObject({ status: 'Canceled', reason: 'request' });
    await api.request('POST', '/trunks/slow/resume');
    await api.request('DELETE', `/calls/${callId}`);
  });

  test('stays so when it is paused again, and a resumed one when it is resumed again', async () => {
    for (const [what, paused] of [
      ['pause', true],
      ['pause', true],
      ['resume', false],
      ['resume', false],
    ] as const) {
      const { status, body } = await api.request<TrunkAnswer>('POST', `/trunks/demo/${what}`);
      expect({ status, paused: body.paused }).toEqual({ status: 200, paused });
    }
  });

  test('has a name and a reason that can be read: anything else is refused', async () => {
    expect((await api.request('POST', '/trunks/nothing/pause')).status).toBe(404);
    expect((await api.request('POST', '/trunks/nothing/resume')).status).toBe(404);
    for (const body of [{ reason: 5 }, { reason: 'x'.repeat(101) }, { why: 'x' }, []]) {
      const answer = await api.request<ProblemAnswer>('POST', '/trunks/demo/pause', body);
      expect(answer.status).toBe(400);
    }
    expect((await trunk('demo')).paused).toBe(false);
  });
});
