import { EventEmitter, once } from 'node:events';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Client } from '@temporalio/client';
import { pino } from 'pino';
import { describe, expect, test, vi } from 'vitest';
import { createTrunkCallActivities } from '../../src/activities/place-call.ts';
import type { TrunkHost } from '../../src/activities/trunk-host.ts';
import { parseConfiguration } from '../../src/config/configuration.ts';
import { providerOf } from '../../src/config/provider-of.ts';
import type { AttemptEnd, KnownOfAttempt, Outcome, PlaceCallInput } from '../../src/contract/placement.ts';
import type { Dialer, DialRequest } from '../../src/dialers/dialer.ts';
import { FreezeDetector } from '../../src/lines/freeze-detector.ts';
import { LineRegistry } from '../../src/lines/line-registry.ts';
import { Outage } from '../../src/lines/outage.ts';
import { Pace } from '../../src/lines/pace.ts';
import { Tenure } from '../../src/lines/tenure.ts';

const configuration = (prompt: string) =>
  parseConfiguration(
    `
trunks: [{ name: demo, lines: 1, callerId: "+14155550100", dialer: { type: simulator } }]
agents:
  - { agentId: reminder, name: Reminder, trunk: demo, prompt: "${prompt}", additionalData: { clinic: Northside } }
  - { agentId: silent, name: Without a prompt, trunk: demo }
`,
    {},
    'test.yaml',
  );

const end: AttemptEnd = {
  startedTime: '2026-11-24T09:00:00.000Z',
  answeredTime: null,
  endedTime: '2026-11-24T09:00:01.000Z',
  disposition: 'busy',
  providerCode: null,
  recordId: null,
  transcription: null,
  errorMessage: null,
};

/** A carrier where everybody is on the phone, and what it was asked to dial. */
class BusyCarrier implements Dialer {
  readonly asked: DialRequest[] = [];
  place = (request: DialRequest) => Promise.resolve(void this.asked.push(request));
  // eslint-disable-next-line @typescript-eslint/require-await -- the interface has it so
  async *follow() {
    yield { step: 'ended' as const, end };
  }
  find: Dialer['find'] = () => Promise.resolve({ state: 'never-placed' });
  live = () => Promise.resolve([]);
  hangUp = () => Promise.resolve();
  describe = () => 'busy';
  close = () => undefined;
}

/** Dials one attempt with a worker that has no Temporal: its workflow takes every signal. */
async function dial(
  input: Partial<PlaceCallInput>,
  prompt = 'Hello',
  more: Partial<TrunkHost> = {},
  carrier: Partial<Dialer> = {},
): Promise<{ outcome: Outcome; asked: DialRequest[] }> {
  const dialer = Object.assign(new BusyCarrier(), carrier);
  const freezes = new FreezeDetector();
  const client = { workflow: { getHandle: () => ({ signal: () => Promise.resolve() }) } } as unknown as Client;
  const host: TrunkHost = {
    ...{
      client,
      dialer,
      freezes,
      lines: new LineRegistry(1),
      pace: new Pace(null),
      outage: new Outage(),
      log: pino({ level: 'silent' }),
    },
    tenure: new Tenure('demo', freezes, () => Promise.resolve(true)),
    trunk: () => configuration(prompt).trunk('default', 'demo') ?? undefined,
    agent: (agentId) => configuration(prompt).agent('default', agentId) ?? undefined,
    batchGate: () => Promise.resolve('open'),
    isPaused: () => Promise.resolve(false),
    contacts: {
      request: () => Promise.resolve({ kind: 'granted' }),
      release: () => Promise.resolve(),
      suppression: () => Promise.resolve(null),
    },
    tellWebhook: () => Promise.resolve({ verdict: 'nobody' }),
    askPredial: () => Promise.resolve({ kind: 'go' }),
    hear: () => undefined,
    watch: () => undefined,
    ...more,
  };
  const environment = new MockActivityEnvironment();
  const activities = createTrunkCallActivities(host);
  const outcome: Outcome = await environment.run((asked: PlaceCallInput) => activities.placeCall(asked), {
    ...{ orgId: 'default', agentId: 'reminder', batchId: null, trunk: 'demo', endpoint: '+14155550002' },
    ...{ additionalData: null, priority: 1, callDeadline: '2100-01-01T00:00:00.000Z', timezone: 'UTC' },
    ...{ overrideOutboundConfig: null, attempt: 1, placement: 'p' },
    firstRunId: environment.context.info.workflowExecution?.runId ?? '',
    ...input,
  });
  return { outcome, asked: dialer.asked };
}

test('the dialer is handed the prompt as it is configured now, with the variables of agent and call', async () => {
  const additionalData = { name: 'Ada {{clinic}} <b>', date: null };
  const { outcome, asked } = await dial({ additionalData }, 'Hello {{name}}, {{clinic}} here: {{date}}{{time}}.');
  expect(outcome).toEqual({ kind: 'ended', end, stoppedBy: null, tellsResult: false });
  expect(asked).toMatchObject([
    {
      endpoint: '+14155550002',
      callerId: '+14155550100',
      prompt: 'Hello Ada {{clinic}} <b>, Northside here: .',
      variables: { clinic: 'Northside', name: 'Ada {{clinic}} <b>', date: null },
    },
  ]);
});

test('the dialer of an agent without a prompt is handed none, and its variables all the same', async () => {
  const { asked } = await dial({ agentId: 'silent', additionalData: { name: 'Ada' } });
  expect(asked).toMatchObject([{ prompt: null, variables: { name: 'Ada' } }]);
});

test('an attempt whose start Temporal lets nobody tell ends as it ended, and says that its start is to be told', async () => {
  const attempt = { time: '2026-11-24T09:00:00.000Z', url: 'https://example.com/', statusCode: 503 } as const;
  const tried = {
    verdict: 'again',
    attempt: { ...attempt, error: null, durationMs: 5 },
    retryAfterMs: null,
  } as const;
  const refused = () => Promise.reject(new Error('namespace rate limit exceeded'));
  const getHandle = () => ({ signal: () => Promise.resolve() });
  const client = { workflow: { getHandle, start: refused } } as unknown as Client;
  const { outcome } = await dial({}, 'Hello', { client, tellWebhook: () => Promise.resolve(tried) });
  expect(outcome).toEqual({ kind: 'ended', end, stoppedBy: null, tellsResult: false, start: tried, startUntold: true });
});

describe('an attempt that its provider knows nothing of', () => {
  const known = { startedTime: end.startedTime, answeredTime: null };
  const provider = providerOf({ type: 'simulator', speed: 1, ledger: null });
  const takenOver = (more: Partial<KnownOfAttempt>) =>
    dial({ firstRunId: 'another', known: { ...known, via: null, ...more } });

  test('is dialed, where it is the provider that it was about to be dialed on, or nobody can say', async () => {
    expect((await takenOver({ via: { provider, callerId: null } })).asked).toHaveLength(1);
    expect((await takenOver({})).asked).toHaveLength(1);
  });

  test('is not dialed a second time where its trunk has moved to that provider meanwhile', async () => {
    const { outcome, asked } = await takenOver({ via: { provider: 'another', callerId: null } });
    expect(outcome).toMatchObject({ kind: 'ended', end: { disposition: 'uncertain', answeredTime: null } });
    expect(asked).toEqual([]);
  });

  test('and that somebody has answered, was answered, and is not dialed a second time', async () => {
    const { outcome, asked } = await takenOver({ answeredTime: end.endedTime });
    expect(outcome).toMatchObject({ kind: 'ended', end: { disposition: 'answered', answeredTime: end.endedTime } });
    expect(asked).toEqual([]);
  });
});

describe('an end that is too large for its workflow', () => {
  const recorded = { ...end, recordId: 'rec-7', transcription: 'a'.repeat(2_000_000) };
  const note =
    'The transcript has 2,000,002 bytes, more than the 1,000,000 that are kept: look it up at the provider under rec-7';

  test('is told without its transcript, whether the call was dialed here or taken over', async () => {
    const ends = async (dialer: Partial<Dialer>) => (await dial({}, 'Hello', {}, dialer)).outcome;
    const followed = await ends({ follow: () => follows(recorded) });
    const resets = { firstRunId: 'another' };
    const find = () => Promise.resolve({ state: 'ended', end: recorded } as const);
    const { outcome: takenOver } = await dial(resets, 'Hello', {}, { find });
    for (const outcome of [followed, takenOver]) {
      expect(outcome).toMatchObject({
        kind: 'ended',
        end: { transcription: null, recordId: 'rec-7', errorMessage: note },
      });
    }
  });

  // eslint-disable-next-line @typescript-eslint/require-await -- the interface has it so
  async function* follows(end: AttemptEnd) {
    yield { step: 'ended' as const, end };
  }
});

describe('a hang-up that comes too late', () => {
  const answered: AttemptEnd = { ...end, answeredTime: end.endedTime, disposition: 'answered' };

  /** Goes on with a call that rings, of a workflow that is open and says what is wished. */
  function takenOver(wishes: object, carrier: Partial<Dialer>): ReturnType<typeof dial> {
    const run = {
      signal: () => Promise.resolve(),
      query: () => Promise.resolve(wishes),
      describe: () => Promise.resolve({ status: { name: 'RUNNING' } }),
    };
    const find = () => Promise.resolve({ state: 'live', startedTime: end.startedTime, answeredTime: null } as const);
    const client = { workflow: { getHandle: () => run } } as unknown as Client;
    return dial({ firstRunId: 'another' }, 'Hello', { client }, { find, ...carrier });
  }

  /** A call that goes on, ringing at first, until its carrier is asked to hang up often enough; and what is wished. */
  function goesOn(hangUps: number) {
    const wishes = { cancelRequested: true, hangupRequested: false };
    const hungUp = new EventEmitter();
    const hangUp = vi.fn(() => Promise.resolve(void hungUp.emit('hang-up')));
    async function* follow() {
      await once(hungUp, 'hang-up');
      yield { step: 'answered' as const, time: end.endedTime };
      while (hangUp.mock.calls.length < hangUps) await once(hungUp, 'hang-up');
      yield { step: 'ended' as const, end: answered };
    }
    return { wishes, hangUp, dialed: takenOver(wishes, { follow, hangUp }) };
  }

  test('ends no talk, and the later wish to hang up on whoever has answered is heeded', async () => {
    const { wishes, hangUp, dialed } = goesOn(2);
    await vi.waitFor(() => expect(hangUp).toHaveBeenCalledTimes(1));
    wishes.hangupRequested = true;
    expect((await dialed).outcome).toMatchObject({ kind: 'ended', end: { disposition: 'answered' } });
    expect(hangUp).toHaveBeenCalledTimes(2);
  }, 20_000);

  test('or too early is asked for again until the call is over, and not in a hurry', async () => {
    const { wishes, dialed } = goesOn(2);
    wishes.hangupRequested = true;
    const began = performance.now();
    expect((await dialed).outcome).toMatchObject({ kind: 'ended', end: { disposition: 'answered' } });
    expect(performance.now() - began).toBeGreaterThan(1_500);
  }, 20_000);

  test('since the carrier could not be asked for a while, ends no talk that has begun meanwhile', async () => {
    const { hangUp, dialed, answer } = cannotHangUp();
    await vi.waitFor(() => expect(hangUp).toHaveBeenCalledTimes(1));
    answer();
    expect((await dialed).outcome).toMatchObject({ kind: 'ended', end: { disposition: 'answered' } });
    expect(hangUp).toHaveBeenCalledTimes(1);
  }, 20_000);

  /** A call that is cancelled while it rings, whose carrier cannot be asked just then; somebody answers and talks for 3 s. */
  function cannotHangUp() {
    const person = new EventEmitter();
    const hangUp = vi.fn(() => Promise.reject(new Error('cannot be reached')));
    async function* follow() {
      await once(person, 'answers');
      yield { step: 'answered' as const, time: end.endedTime };
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      yield { step: 'ended' as const, end: answered };
    }
    const dialed = takenOver({ cancelRequested: true, hangupRequested: false }, { follow, hangUp });
    return { hangUp, dialed, answer: () => person.emit('answers') };
  }
});
