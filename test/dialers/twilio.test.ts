import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toInstant } from '../../src/domain/instant.ts';
import { ProviderUnavailable, type DialRequest } from '../../src/dialers/dialer.ts';
import type { TwilioDialer } from '../../src/dialers/twilio/dialer.ts';
import { eventually } from '../support/api.ts';
import { ACCOUNT, API_KEY, API_SECRET } from '../support/twilio-stub.ts';
import { CALLER_ID, newIdentity, requestTo, TwilioWorld } from '../support/twilio-world.ts';
import { followed, following, stepsOf } from './simulator-support.ts';

let world: TwilioWorld;
beforeEach(async () => {
  world = await TwilioWorld.open();
});
afterEach(async () => {
  await world.close();
  expect(world.events.listeners, 'listeners left behind').toBe(0);
});

async function endOf(dialer: TwilioDialer, request: DialRequest) {
  await dialer.place(request);
  const last = (await followed(dialer, request.identity)).at(-1);
  if (last?.step !== 'ended') throw new Error('It has not ended');
  return last.end;
}

describe('what Twilio is asked', () => {
  test('is one call, with its limits, its instructions and where to tell of it', async () => {
    const [dialer, identity] = [world.dialer({ machineDetection: false }), newIdentity()];
    await dialer.place(requestTo(identity, '0001', { ringTimeoutMs: 20_500 }));
    expect(Object.fromEntries(world.stub.calls[0]?.params ?? [])).toEqual({
      To: requestTo(identity, '0001').endpoint,
      From: CALLER_ID,
      Timeout: '21',
      TimeLimit: '3600',
      Twiml: expect.stringContaining(identity) as string,
      StatusCallback: expect.stringMatching(/\/api\/v1\/dialer-events\/[\w-]+\.[\w-]+\.[\w-]+$/) as string,
      StatusCallbackMethod: 'POST',
      StatusCallbackEvent: 'completed', // the last of three
    });
    expect(world.stub.asked).toEqual(['POST /Calls.json']);
    await followed(dialer, identity);
  });

  test('with machine detection is to listen beside the agent, which need not wait for it', async () => {
    const [dialer, identity] = [world.dialer({ machineDetection: true }), newIdentity()];
    const end = await endOf(dialer, requestTo(identity, '0005'));
    expect(Object.fromEntries(world.stub.calls[0]?.params ?? [])).toMatchObject({
      MachineDetection: 'Enable',
      AsyncAmd: 'true',
    });
    expect(end).toMatchObject({ disposition: 'voicemail', providerCode: '200', recordId: world.stub.calls[0]?.sid });
  });

  test('is asked with an API key where there is one', async () => {
    const dialer = world.dialer({ apiKey: API_KEY, apiSecret: API_SECRET });
    expect(await endOf(dialer, requestTo(newIdentity(), '0001'))).toMatchObject({ disposition: 'answered' });
    const wrong = world.dialer({ apiKey: API_KEY, apiSecret: 'wrong' });
    // That is no call's fault: all of them wait until somebody has seen to it.
    await expect(wrong.place(requestTo(newIdentity(), '0001'))).rejects.toThrow(ProviderUnavailable);
  });

  test('is nothing where another process may have the attempt by now', async () => {
    const [dialer, identity] = [world.dialer(), newIdentity()];
    const confirm = () => Promise.reject(new Error('another has it'));
    await expect(dialer.place(requestTo(identity, '0001'), confirm)).rejects.toThrow('another has it');
    expect(world.stub.calls).toEqual([]);
    await expect(followed(dialer, identity)).rejects.toThrow('Expected a call that was placed');
  });

  test('is believed about when somebody answered, but not that it was before the dial', async () => {
    const [dialer, identity] = [world.dialer({ machineDetection: false }), newIdentity()];
    await dialer.place(requestTo(identity, '0001'));
    const time = toInstant(Date.now() - 10_000);
    world.events.pass({ identity, name: 'answered', time, data: { CallStatus: 'in-progress' } });
    const last = (await followed(dialer, identity)).at(-1);
    expect(last).toMatchObject({ end: { disposition: 'answered' } });
    if (last?.step !== 'ended') throw new Error('It has not ended');
    expect(last.end.answeredTime).toBe(last.end.startedTime);
  });

  test('is nothing where there is no caller ID, or no way to say what the agent is to know', async () => {
    const dialer = world.dialer();
    const without = await endOf(dialer, requestTo(newIdentity(), '0001', { callerId: null }));
    expect(without).toMatchObject({
      disposition: 'failed',
      errorMessage: expect.stringMatching(/caller ID/) as string,
    });
    const long = await endOf(dialer, requestTo(newIdentity(), '0001', { prompt: 'x'.repeat(5_000) }));
    expect(long).toMatchObject({ disposition: 'failed', errorMessage: expect.stringMatching(/do not fit/) as string });
    expect(world.stub.asked).toEqual([]);
  });
});

describe('a call', () => {
  test('is told step by step, and its times are those of the call', async () => {
    const [dialer, identity] = [world.dialer(), newIdentity()];
    await dialer.place(requestTo(identity, '0001'));
    const progress = await followed(dialer, identity);
    expect(stepsOf(progress)).toEqual(['ringing', 'answered', 'ended']);
    const [call] = world.stub.calls;
    const [, answered, last] = progress;
    if (answered?.step !== 'answered' || last?.step !== 'ended') throw new Error('It has not ended');
    expect(Math.abs(Date.parse(answered.time) - (call?.answeredAt ?? 0))).toBeLessThan(1_000);
    expect(last.end).toMatchObject({ answeredTime: answered.time, providerCode: '200', errorMessage: null });
  });

  test('that is told over is over at once, without another look at it', async () => {
    const [dialer, identity] = [world.dialer({}, { talkingMs: 60_000 }), newIdentity()];
    const end = await endOf(dialer, requestTo(identity, '0001'));
    expect(end.disposition).toBe('answered');
  });

  test('is followed by looking at it where no callbacks arrive', async () => {
    world.stub.tells = false;
    const [dialer, identity] = [world.dialer(), newIdentity()];
    await dialer.place(requestTo(identity, '0001'));
    expect(stepsOf(await followed(dialer, identity))).toEqual(['ringing', 'answered', 'ended']);
  });

  test('that fails is told why by its callback, for which the dialer waits a moment', async () => {
    const dialer = world.dialer();
    const failed = await endOf(dialer, requestTo(newIdentity(), '0013'));
    expect(failed).toMatchObject({ disposition: 'invalid-number', providerCode: '13224' });
    world.stub.tells = false;
    const silent = await endOf(dialer, requestTo(newIdentity(), '0013'));
    expect(silent).toMatchObject({ disposition: 'failed', providerCode: null, recordId: expect.any(String) as string });
  });

  test('that has rung before its carrier gave up costs an attempt', async () => {
    const end = await endOf(world.dialer(), requestTo(newIdentity(), '0009'));
    expect(end).toMatchObject({
      disposition: 'failed',
      providerCode: '503',
      errorMessage: expect.stringMatching(/rang/) as string,
    });
  });

  test('that rings longer than it may is over by itself, as nobody’s', async () => {
    const end = await endOf(world.dialer(), requestTo(newIdentity(), '0003', { ringTimeoutMs: 1_000 }));
    expect(end).toMatchObject({ disposition: 'no-answer', answeredTime: null, providerCode: '487' });
  });

  test('that lasts longer than it may is ended by Twilio', async () => {
    const end = await endOf(world.dialer(), requestTo(newIdentity(), '0012', { maxDurationMs: 1_000 }));
    expect(end).toMatchObject({ disposition: 'answered' });
  });

  test.each([
    ['answered', '0012', 'answered'],
    ['unanswered, as far as was seen,', '0003', 'uncertain'],
  ])(
    'that is %s is given up where Twilio cannot be asked until long after it must be over',
    async (_, to, disposition) => {
      world.stub.tells = false;
      const [dialer, identity] = [world.dialer({}, { overdueMs: 300 }), newIdentity()];
      await dialer.place(requestTo(identity, to, { ringTimeoutMs: 1_000, maxDurationMs: 300 }));
      const began = Date.now();
      const { progress, done } = following(dialer, identity);
      await eventually(
        () => Promise.resolve(stepsOf(progress)),
        (steps) => steps.includes(disposition === 'answered' ? 'answered' : 'ringing'),
      );
      await world.stub.down();
      await done;
      expect(Date.now() - began).toBeGreaterThanOrEqual(1_500);
      const errorMessage = 'The call must be over, and Twilio could not be asked how it ended';
      expect(progress.at(-1)).toMatchObject({ end: { disposition, errorMessage, recordId: world.stub.calls[0]?.sid } });
    },
  );

  test('that was never placed cannot be followed', async () => {
    await expect(followed(world.dialer(), 'a.1')).rejects.toThrow('Expected a call that was placed, got `a.1`');
  });

  test('is hung up by a process that only knows its callbacks, and one that is unknown or over is left alone', async () => {
    const [dialer, identity] = [world.dialer(), newIdentity()];
    await dialer.place(requestTo(identity, '0012'));
    await eventually(
      () => world.events.of(identity),
      ({ length }) => length > 0,
    );
    const next = world.dialer();
    await next.hangUp(newIdentity());
    await next.hangUp(identity);
    expect(await followed(dialer, identity)).toMatchObject([{ step: 'ended' }]);
    await next.hangUp(identity);
    expect(world.stub.dials(identity)).toBe(1);
  });
});

describe('a refusal', () => {
  test.each([
    ['0008', 'carrier-rejected', '10004'],
    ['0010', 'failed', '21215'],
    ['0016', 'invalid-number', '21217'],
  ])(
    'of a number that ends in %s is the end %s, with its code and without the number',
    async (digits, disposition, code) => {
      const end = await endOf(world.dialer(), requestTo(newIdentity(), digits));
      expect(end).toMatchObject({ disposition, providerCode: code, recordId: null, answeredTime: null });
      expect(JSON.stringify(end)).not.toMatch(/\+1|\d{10}/);
      expect(JSON.stringify(end)).not.toContain(ACCOUNT.authToken);
    },
  );

  test.each([429, 403, 400])('of an intermediary, %s without a code of Twilio’s, is an end too', async (status) => {
    world.stub.refusal = { status, code: null };
    const end = await endOf(world.dialer(), requestTo(newIdentity(), '0001'));
    expect(end).toMatchObject({
      disposition: status === 429 ? 'carrier-rejected' : 'failed',
      providerCode: String(status),
      errorMessage: expect.stringMatching(/^Twilio does not place the call: /) as string,
    });
    expect(world.stub.asked).toHaveLength(1);
  });
});

describe('an answer that says nothing for sure', () => {
  test.each([500, 503, 504])('(%s) is looked into: a call that was placed all the same is followed', async (status) => {
    world.stub.refusal = { status, code: null };
    world.stub.dialsWhatItRefuses = true;
    const [dialer, identity] = [world.dialer(), newIdentity()];
    expect(await endOf(dialer, requestTo(identity, '0001'))).toMatchObject({ disposition: 'answered' });
    expect(world.stub.dials(identity)).toBe(1);
  });

  test.each([
    [500, 'uncertain'],
    [504, 'uncertain'],
    [502, 'carrier-rejected'],
    [503, 'carrier-rejected'],
  ])('(%s) ends as %s where there is no such call, which is waited for', async (status, disposition) => {
    world.stub.refusal = { status, code: null };
    const began = Date.now();
    const end = await endOf(world.dialer(), requestTo(newIdentity(), '0001'));
    expect(end).toMatchObject({ disposition, recordId: null });
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_500);
    expect(world.stub.asked.filter((one) => one === 'POST /Calls.json')).toHaveLength(1);
  });

  test('is looked into for as long as Twilio is away, and the call hung up once it turns up', async () => {
    const [dialer, identity] = [world.dialer(), newIdentity()];
    world.stub.tells = false;
    world.stub.loseAnswers(true);
    await dialer.place(requestTo(identity, '0012'));
    await world.stub.down();
    const { progress, done } = following(dialer, identity);
    await expect(dialer.hangUp(identity)).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(progress).toEqual([]);
    world.stub.loseAnswers(false);
    await world.stub.up();
    await done;
    expect(progress.at(-1)).toMatchObject({ step: 'ended', end: { recordId: world.stub.calls[0]?.sid } });
    expect(world.stub.calls[0]?.endedAt).not.toBeNull();
  });
});

test('where nobody listens, nobody was rung, and the error has neither number nor credentials', async () => {
  await world.stub.down();
  const error: unknown = await world
    .dialer()
    .place(requestTo(newIdentity(), '0001'))
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ProviderUnavailable);
  expect(error).not.toHaveProperty('cause');
  expect(String(error)).toBe('ProviderUnavailable: Twilio cannot be reached');
});

test('a dialer describes itself to people, and closes while a call is followed, which goes on', async () => {
  const [dialer, identity] = [world.dialer({ region: 'ie1' }), newIdentity()];
  expect(dialer.describe()).toBe(`Twilio, account ${ACCOUNT.accountSid} in ie1`);
  await dialer.place(requestTo(identity, '0012'));
  const { progress, done } = following(dialer, identity);
  await eventually(
    () => Promise.resolve(stepsOf(progress)),
    (steps) => steps.includes('answered'),
  );
  dialer.close();
  await done;
  expect(stepsOf(progress)).not.toContain('ended');
  expect(world.stub.calls[0]?.endedAt).toBeNull();
  const next = world.dialer();
  const ref = { ...requestTo(identity, '0012'), since: toInstant(Date.now() - 5_000) };
  expect(await next.find(ref)).toMatchObject({ state: 'live', answeredTime: expect.any(String) as string });
  await next.hangUp(identity);
  await followed(next, identity);
});
