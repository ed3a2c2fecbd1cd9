import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, eventually, isRinging, isTalking } from '../support/api.ts';
import { Deployment } from '../support/deployment.ts';
import { auditLedger } from '../support/ledger-audit.ts';
import { ANSWERS, NEVER_ANSWERS, Operator, type Stage } from '../support/operator.ts';

/** At this speed it rings for 2 s and talks for 15; what nobody answers rings for 22. */
const SPEED = 2;

/** `shut` is paused all the time; `single` has one line. */
const TRUNKS = { demo: 60, shut: 1, single: 1 };

const CONFIG = `
trunks:
${Object.entries(TRUNKS)
  .map(([name, lines]) => `  - { name: ${name}, lines: ${lines}, dialer: { type: simulator, speed: ${SPEED} } }`)
  .join('\n')}
agents:
${Object.keys(TRUNKS)
  .map((name) => `  - { agentId: ${name}, name: ${name}, trunk: ${name} }`)
  .join('\n')}
`;

let deployment: Deployment;
let api: Api;
let operator: Operator;

const callAt = (stage: Stage): Promise<string> => operator.callAt(stage, { queued: 'shut', others: 'demo' });

beforeAll(async () => {
  deployment = await Deployment.start(CONFIG);
  const [{ api: started }] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  api = started;
  operator = new Operator(deployment, api);
  await operator.pause('shut');
});

afterAll(() => deployment.stop());

describe.concurrent('cancelling a call in the Web UI', () => {
  test.each(['asleep', 'queued'] as const)('ends one that is %s, and nobody is dialed', async (stage) => {
    const callId = await callAt(stage);
    await operator.cancel(callId);
    expect(await operator.untilEnded(callId)).toMatchObject({ status: 'Canceled', reason: 'request', attempts: [] });
    expect(await operator.statusOf(callId)).toBe('CANCELLED');
    expect(operator.carrier(callId).dials).toBe(0);
  });

  test('stops one that rings, and the workflow is canceled once the carrier has let go', async () => {
    const callId = await callAt('ringing');
    await operator.cancel(callId);
    expect(await operator.untilEnded(callId)).toMatchObject({
      status: 'Canceled',
      reason: 'request',
      attempts: [{ disposition: 'no-answer' }],
    });
    expect(await operator.statusOf(callId)).toBe('CANCELLED');
    expect(operator.carrier(callId)).toMatchObject({ dials: 1, hangUps: 1, withoutEnd: [] });
  });

  test('leaves one that talks to finish, and it completes', async () => {
    const callId = await callAt('talking');
    await operator.cancel(callId);
    expect(await operator.untilEnded(callId)).toMatchObject({ status: 'Completed', durationSeconds: 15 });
    expect(await operator.statusOf(callId)).toBe('COMPLETED');
    expect(operator.carrier(callId)).toMatchObject({ dials: 1, hangUps: 0, dispositions: { answered: 1 } });
  });

  test('twice is the same as once', async () => {
    const callId = await callAt('ringing');
    await operator.cancel(callId);
    await operator.cancel(callId).catch(() => undefined); // It may have ended meanwhile.
    await operator.untilEnded(callId);
    expect(operator.carrier(callId)).toMatchObject({ dials: 1, withoutEnd: [], endedTwice: [] });
  });
});

describe.concurrent('the signal cancelCall, sent by hand', () => {
  test('ends a call with the reason that it gives, and the workflow completes normally', async () => {
    const callId = await callAt('asleep');
    await operator.signal(callId, 'cancelCall', '{"reason":"asked not to be called"}');
    expect(await operator.untilEnded(callId)).toMatchObject({ status: 'Canceled', reason: 'asked not to be called' });
    expect(await operator.statusOf(callId)).toBe('COMPLETED');
  });

  test.each([
    ['an empty object', ['{}']],
    ['no input', []],
    ['an array', ['[1]']],
    ['a string', ['"now"']],
    ['null', ['null']],
    ['a reason that is no text', ['{"reason":{"a":1}}']],
    ['an input that nobody can decode', ['%', '--input-meta', 'encoding=binary/unheard-of']],
  ])('ends a call as requested when it bears %s', async (_, [input, ...flags]) => {
    const callId = await callAt('asleep');
    await operator.signal(callId, 'cancelCall', input, ...flags);
    expect(await operator.untilEnded(callId)).toMatchObject({ status: 'Canceled', reason: 'request' });
    expect(await operator.statusOf(callId)).toBe('COMPLETED');
  });

  test('stops a call that rings', async () => {
    const callId = await callAt('ringing');
    await operator.signal(callId, 'cancelCall');
    await operator.untilEnded(callId);
    expect(operator.carrier(callId)).toMatchObject({ dials: 1, hangUps: 1, withoutEnd: [] });
  });

  test('hangs up on a person only with `hangup: true`', async () => {
    const [asked, unasked] = await Promise.all([callAt('talking'), callAt('talking')]);
    await operator.signal(asked, 'cancelCall', '{"hangup":true}');
    for (const input of ['{}', '{"hangup":"yes"}', '{"hangup":1}']) await operator.signal(unasked, 'cancelCall', input);
    expect(await operator.untilEnded(asked)).toMatchObject({ status: 'Completed' });
    expect(operator.carrier(asked)).toMatchObject({ dials: 1, hangUps: 1, withoutEnd: [] });
    expect(await operator.untilEnded(unasked)).toMatchObject({ status: 'Completed', durationSeconds: 15 });
    expect(operator.carrier(unasked)).toMatchObject({ dials: 1, hangUps: 0 });
  });
});

describe.concurrent('a signal that is none of ours', () => {
  test('does nothing to a call that sleeps', async () => {
    const callId = await callAt('asleep');
    await operator.signal(callId, 'cancel', '{}');
    for (const name of ['dialing', 'answered']) {
      await operator.signal(callId, name);
      await operator.signal(callId, name, '{"placement":null,"attempt":1,"time":"2026-11-24T09:00:00.000Z"}');
      await operator.signal(callId, name, '{"attempt":1,"time":"2026-11-24T09:00:00.000Z"}');
      await operator.signal(callId, name, '%', '--input-meta', 'encoding=binary/unheard-of');
    }
    expect(await api.get(callId)).toMatchObject({ status: 'Pending', attempts: [], reason: null });
    await operator.signal(callId, 'cancelCall');
    expect(await operator.untilEnded(callId)).toMatchObject({ status: 'Canceled', attempts: [] });
  });

  test('neither dials a call that is queued nor makes it talk', async () => {
    const callId = await callAt('queued');
    for (const name of ['dialing', 'answered']) await operator.signal(callId, name, '{"placement":"x","attempt":1}');
    expect(await api.get(callId)).toMatchObject({ status: 'Queued', attempts: [] });
    await operator.signal(callId, 'cancelCall');
    await operator.untilEnded(callId);
  });
});

describe.concurrent('terminating a call', () => {
  test.each(['asleep', 'queued'] as const)('ends one that is %s, and nobody is dialed', async (stage) => {
    const callId = await callAt(stage);
    await operator.terminate(callId);
    expect(await api.get(callId)).toMatchObject({ status: 'Canceled', reason: 'terminated', attempts: [] });
    expect(operator.carrier(callId).dials).toBe(0);
  });

  test.each(['ringing', 'talking'] as const)('hangs up on one that is %s, within seconds', async (stage) => {
    const callId = await callAt(stage);
    await operator.terminate(callId);
    await operator.untilOver(callId, 'demo', 6_000);
    expect(operator.carrier(callId)).toMatchObject({ dials: 1, hangUps: 1 });
    expect(await api.get(callId)).toMatchObject({ status: 'Canceled', reason: 'terminated' });
  });

  test('hangs up also where somebody answers before the worker has heard of it', async () => {
    const calls = await api.bulk(
      'demo',
      Array.from({ length: 8 }, () => ({ endpoint: ANSWERS })),
    );
    await Promise.all(
      calls.map(async ({ callId }, index) => {
        await eventually(
          () => Promise.resolve(operator.carrier(callId).dials),
          (dials) => dials === 1,
        );
        await new Promise((resolve) => setTimeout(resolve, 1_000 + 100 * index)); // it rings for 2 s
        await operator.terminate(callId);
        await operator.untilOver(callId, 'demo', 8_000);
        expect(operator.carrier(callId)).toMatchObject({ dials: 1, hangUps: 1 });
      }),
    );
  });

  test('frees its line for the next one, and takes nobody out of the queue who has been terminated there', async () => {
    const first = await api.call('single', { endpoint: NEVER_ANSWERS });
    await api.until(first.callId, isRinging);
    const skipped = await api.call('single', { endpoint: ANSWERS });
    const next = await api.call('single', { endpoint: ANSWERS });
    await api.until(next.callId, ({ waitingFor }) => waitingFor?.for === 'line');
    await operator.terminate(skipped.callId);
    await operator.terminate(first.callId);
    await api.until(next.callId, isTalking, 12_000);
    expect(operator.carrier(first.callId, 'single')).toMatchObject({ dials: 1, hangUps: 1 });
    expect(operator.carrier(skipped.callId, 'single').dials).toBe(0);
  });
});

test('whatever operators did, nobody was dialed twice and nobody is left on a line', async () => {
  for (const trunk of Object.keys(TRUNKS)) {
    const audit = await eventually(
      () => Promise.resolve(auditLedger(deployment.readLedger(trunk))),
      ({ withoutEnd }) => withoutEnd.length === 0,
    );
    expect(audit).toMatchObject({ dialedTwice: [], endedTwice: [] });
  }
});
