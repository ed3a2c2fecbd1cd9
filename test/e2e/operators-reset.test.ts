import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, eventually, isRinging, isTalking } from '../support/api.ts';
import { Deployment } from '../support/deployment.ts';
import { auditLedger } from '../support/ledger-audit.ts';
import { ANSWERS, BUSY, Operator, type Stage } from '../support/operator.ts';

/** At this speed it rings for 2 s and talks for 15; what nobody answers rings for 22. */
const SPEED = 2;

/** `shut` is paused all the time, `gate` opens once; `narrow` has one line. */
const TRUNKS = { demo: 60, shut: 1, gate: 5, narrow: 1 };

const CONFIG = `
trunks:
${Object.entries(TRUNKS)
  .map(([name, lines]) => `  - { name: ${name}, lines: ${lines}, dialer: { type: simulator, speed: ${SPEED} } }`)
  .join('\n')}
agents:
${Object.keys(TRUNKS)
  .map((name) => `  - { agentId: ${name}, name: ${name}, trunk: ${name} }`)
  .join('\n')}
  - { agentId: retrying, name: Tries again, trunk: demo, retry: { maxAttempts: 2, delays: { busy: 1s } } }
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
  for (const trunk of ['shut', 'gate']) await operator.pause(trunk);
});

afterAll(() => deployment.stop());

describe.concurrent('resetting a call', () => {
  const BOTH = ['FirstWorkflowTask', 'LastWorkflowTask'] as const;

  test.each(BOTH)('that sleeps, to %s, leaves it asleep', async (to) => {
    const callId = await callAt('asleep');
    await operator.reset(callId, to);
    expect(await api.get(callId)).toMatchObject({ status: 'Pending', attempts: [] });
    await operator.cancel(callId);
    expect(await operator.untilEnded(callId)).toMatchObject({ status: 'Canceled', attempts: [] });
    expect(operator.carrier(callId).dials).toBe(0);
  });

  test('that is queued leaves it queued, and it is dialed once', async () => {
    const calls = await api.bulk('gate', [{ endpoint: ANSWERS }, { endpoint: ANSWERS }]);
    for (const [index, { callId }] of calls.entries()) {
      await api.until(callId, ({ status }) => status === 'Queued');
      await operator.reset(callId, BOTH[index] ?? 'FirstWorkflowTask');
    }
    await api.request('POST', '/trunks/gate/resume');
    for (const { callId } of calls) {
      expect(await operator.untilEnded(callId)).toMatchObject({ status: 'Completed', attempts: [{ number: 1 }] });
      expect(operator.carrier(callId, 'gate')).toMatchObject({ dials: 1, hangUps: 0 });
    }
  });

  test.each(BOTH)('that rings, to %s, lets it ring, and the new run stops it when asked to', async (to) => {
    const callId = await callAt('ringing');
    await operator.reset(callId, to);
    await eventually(
      () => Promise.resolve(operator.carrier(callId).finds),
      (finds) => finds > 0,
    );
    await api.until(callId, isRinging);
    expect(operator.carrier(callId)).toMatchObject({ dials: 1, hangUps: 0 });
    await operator.cancel(callId);
    expect(await operator.untilEnded(callId)).toMatchObject({ status: 'Canceled', reason: 'request' });
    expect(operator.carrier(callId)).toMatchObject({ dials: 1, hangUps: 1 });
  });

  test.each(BOTH)('that talks, to %s, lets it talk, and the new run reports its end', async (to) => {
    const callId = await callAt('talking');
    await operator.reset(callId, to);
    await api.until(callId, isTalking);
    expect(await operator.untilEnded(callId)).toMatchObject({
      status: 'Completed',
      durationSeconds: 15,
      attempts: [{ number: 1, disposition: 'answered' }],
    });
    expect(operator.carrier(callId)).toMatchObject({ dials: 1, hangUps: 0 });
  });

  test.each(BOTH)('that has ended, to %s, reports the same end again', async (to) => {
    const { callId } = await api.call('demo', { endpoint: BUSY });
    const before = await operator.untilEnded(callId);
    await operator.reset(callId, to);
    const after = await operator.untilEnded(callId);
    expect(after).toMatchObject({ status: 'Failed', reason: null });
    expect(after.attempts[0]?.endedTime).toBe(before.attempts[0]?.endedTime);
    expect(operator.carrier(callId).dials).toBe(1);
  });

  test('that has been tried twice dials neither attempt again', async () => {
    const { callId } = await api.call('retrying', { endpoint: BUSY });
    const before = await operator.untilEnded(callId);
    await operator.reset(callId, 'FirstWorkflowTask');
    const after = await operator.untilEnded(callId);
    expect(after.attempts.map(({ endedTime }) => endedTime)).toEqual(before.attempts.map(({ endedTime }) => endedTime));
    expect(operator.carrier(callId)).toMatchObject({ dials: 2, dialedTwice: [] });
  });

  test('past its deadline leaves a person who is talking alone', async () => {
    const callDeadline = new Date(Date.now() + 8_000).toISOString();
    const { callId } = await api.call('demo', { endpoint: ANSWERS, callDeadline });
    await api.until(callId, isTalking);
    await eventually(
      () => Promise.resolve(Date.now()),
      (now) => now > Date.parse(callDeadline),
    );
    await operator.reset(callId, 'FirstWorkflowTask');
    expect(await operator.untilEnded(callId)).toMatchObject({ status: 'Completed', durationSeconds: 15 });
    expect(operator.carrier(callId)).toMatchObject({ dials: 1, hangUps: 0 });
  });

  test('that somebody tried to cancel leaves a person who is talking alone', async () => {
    const callId = await callAt('talking');
    await operator.signal(callId, 'cancelCall');
    await operator.reset(callId, 'FirstWorkflowTask');
    expect(await operator.untilEnded(callId)).toMatchObject({ status: 'Completed', durationSeconds: 15 });
    expect(operator.carrier(callId)).toMatchObject({ dials: 1, hangUps: 0 });
  });

  test('that talks on a trunk without a free line keeps it owned: `hangup` still ends it', async () => {
    const { callId } = await api.call('narrow', { endpoint: ANSWERS });
    await api.until(callId, isTalking);
    await operator.reset(callId, 'FirstWorkflowTask');
    await api.until(callId, ({ status }) => status === 'Queued' || status === 'Running');
    await operator.signal(callId, 'cancelCall', '{"hangup":true}');
    expect(await operator.untilEnded(callId)).toMatchObject({
      status: 'Completed',
      attempts: [{ disposition: 'answered' }],
    });
    expect(operator.carrier(callId, 'narrow')).toMatchObject({ dials: 1, hangUps: 1 });
  });

  test('that was cancelled by a signal leaves it canceled; one cancelled in the Web UI is asleep again', async () => {
    const [bySignal, natively] = await Promise.all([callAt('asleep'), callAt('asleep')]);
    await operator.signal(bySignal, 'cancelCall');
    await operator.cancel(natively);
    await Promise.all([operator.untilEnded(bySignal), operator.untilEnded(natively)]);
    await operator.reset(bySignal, 'FirstWorkflowTask');
    await operator.reset(natively, 'FirstWorkflowTask');
    expect(await operator.untilEnded(bySignal)).toMatchObject({ status: 'Canceled', reason: 'request', attempts: [] });
    await api.until(natively, ({ status }) => status === 'Pending');
    await operator.terminate(natively);
  });

  test('that was terminated while it rang reports that nobody answered, and dials nobody', async () => {
    const callId = await callAt('ringing');
    await operator.terminate(callId);
    await operator.untilOver(callId, 'demo', 6_000);
    await operator.reset(callId, 'FirstWorkflowTask');
    expect(await operator.untilEnded(callId)).toMatchObject({
      status: 'Failed',
      attempts: [{ number: 1, disposition: 'no-answer' }],
    });
    expect(operator.carrier(callId).dials).toBe(1);
  });

  test('gives it another run, which still knows the first one', async () => {
    const callId = await callAt('asleep');
    const first = (await deployment.client.workflow.getHandle(callId).describe()).runId;
    await operator.reset(callId, 'FirstWorkflowTask');
    const { runId } = await deployment.client.workflow.getHandle(callId).describe();
    const { events } = await deployment.client.workflow.getHandle(callId, runId).fetchHistory();
    expect(runId).not.toBe(first);
    expect(events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId).toBe(first);
    await operator.terminate(callId);
  });
});

describe.concurrent('laying hands on the activity of a call that rings', () => {
  const activity = (action: string, callId: string, ...flags: string[]): Promise<string> =>
    operator.temporal('activity', action, '-w', callId, '--activity-id', '1', ...flags);

  test.each([
    [
      'pausing it and going on',
      async (id: string) => void (await activity('pause', id), await activity('unpause', id)),
    ],
    ['pausing it', (id: string) => activity('pause', id)],
    ['resetting it', (id: string) => activity('reset', id)],
    ['failing it', (id: string) => activity('fail', id, '--reason', 'by an operator')],
    ['completing it with null', (id: string) => activity('complete', id, '--result', 'null')],
    ['completing it with nonsense', (id: string) => activity('complete', id, '--result', '{"hello":1}')],
    ['completing it with half an outcome', (id: string) => activity('complete', id, '--result', '{"kind":"ended"}')],
  ])('%s dials nobody again, and the call can still be cancelled', async (_, lay) => {
    const callId = await callAt('ringing');
    await lay(callId);
    await api.until(callId, ({ status }) => status === 'Running');
    await seconds(3); // until the next heartbeat has told the worker, at least
    expect(operator.carrier(callId)).toMatchObject({ dials: 1, hangUps: 0 });
    await operator.signal(callId, 'cancelCall');
    expect(await operator.untilEnded(callId)).toMatchObject({ status: 'Canceled', attempts: [{ number: 1 }] });
    expect(operator.carrier(callId)).toMatchObject({ dials: 1, hangUps: 1 });
  });

  test('failing that of a call that talks leaves it talking, and its end is reported', async () => {
    const callId = await callAt('talking');
    await activity('fail', callId, '--reason', 'by an operator');
    expect(await operator.untilEnded(callId)).toMatchObject({ status: 'Completed', durationSeconds: 15 });
    expect(operator.carrier(callId)).toMatchObject({ dials: 1, hangUps: 0 });
  });

  test('failing or completing that of a call that is queued queues it anew', async () => {
    const [failed, completed] = await Promise.all([callAt('queued'), callAt('queued')]);
    await activity('fail', failed, '--reason', 'by an operator').catch(() => undefined);
    await activity('complete', completed, '--result', '{"hello":1}').catch(() => undefined);
    for (const callId of [failed, completed]) {
      await api.until(callId, ({ waitingFor }) => waitingFor?.for === 'trunk-paused');
      await operator.cancel(callId);
      expect(await operator.untilEnded(callId)).toMatchObject({ status: 'Canceled', attempts: [] });
    }
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

const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_000 * count));
