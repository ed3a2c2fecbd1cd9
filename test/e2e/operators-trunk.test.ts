import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, eventually, isTalking, type TrunkAnswer } from '../support/api.ts';
import { Deployment } from '../support/deployment.ts';
import { ANSWERS, Operator } from '../support/operator.ts';

/** At this speed it rings for a second and talks for seven and a half. */
const SPEED = 4;

/** One for each test, so that they can go on side by side. */
const TRUNKS = ['signals', 'garbage', 'cancelled', 'terminated', 'reset-first', 'reset-last', 'paused'] as const;
type Trunk = (typeof TRUNKS)[number];

const CONFIG = `
trunks:
${TRUNKS.map((name) => `  - { name: ${name}, lines: 5, dialer: { type: simulator, speed: ${SPEED} } }`).join('\n')}
agents:
${TRUNKS.map((name) => `  - { agentId: ${name}, name: ${name}, trunk: ${name} }`).join('\n')}
`;

/** A trunk whose workflow was ended is looked for every 10 s. */
const HOSTED_AGAIN_MS = 20_000;

let deployment: Deployment;
let api: Api;
let operator: Operator;

beforeAll(async () => {
  deployment = await Deployment.start(CONFIG);
  const [{ api: started }] = await Promise.all([deployment.startApi(), deployment.startWorker()]);
  api = started;
  operator = new Operator(deployment, api);
});

afterAll(() => deployment.stop());

const workflowOf = (trunk: Trunk): string => `trunk-default-${trunk}`;

async function trunkOf(trunk: Trunk): Promise<TrunkAnswer> {
  const { body } = await api.read<TrunkAnswer[]>('/trunks');
  const found = body.find(({ name }) => name === trunk);
  if (found === undefined) throw new Error(`Expected the API to list the trunk ${trunk}`);
  return found;
}

const untilTrunk = (trunk: Trunk, isSo: (seen: TrunkAnswer) => boolean): Promise<TrunkAnswer> =>
  eventually(() => trunkOf(trunk), isSo);

/** A call that talks. */
async function talking(trunk: Trunk): Promise<string> {
  const { callId } = await api.call(trunk, { endpoint: ANSWERS });
  await api.until(callId, isTalking);
  return callId;
}

/** A call that is dialed and comes to its end. */
async function isDialed(trunk: Trunk): Promise<string> {
  const { callId } = await api.call(trunk, { endpoint: ANSWERS });
  await api.until(callId, isTalking, HOSTED_AGAIN_MS);
  return callId;
}

async function expectUntouched(trunk: Trunk, callId: string): Promise<void> {
  expect(await operator.untilEnded(callId)).toMatchObject({
    status: 'Completed',
    attempts: [{ number: 1, disposition: 'answered' }],
  });
  expect(operator.carrier(callId, trunk)).toMatchObject({ dials: 1, hangUps: 0 });
}

describe.concurrent('signals to a trunk, sent by hand', () => {
  test('pause it with the reason that they give and resume it; a call in progress goes on', async () => {
    const callId = await talking('signals');
    await operator.signal(workflowOf('signals'), 'pauseTrunk', '{"reason":"carrier is down"}');
    await untilTrunk('signals', ({ paused, pausedReason }) => paused && pausedReason === 'carrier is down');
    const { callId: waiting } = await api.call('signals', { endpoint: ANSWERS });
    await api.until(waiting, ({ waitingFor }) => waitingFor?.for === 'trunk-paused');
    await expectUntouched('signals', callId);
    expect(operator.carrier(waiting, 'signals').dials).toBe(0);
    await operator.signal(workflowOf('signals'), 'resumeTrunk', '{}');
    expect(await untilTrunk('signals', ({ paused }) => !paused)).toMatchObject({ pausedReason: null });
    await api.until(waiting, isTalking);
  });

  test('do as their name says whatever they bear, and one of another name does nothing', async () => {
    const workflow = workflowOf('garbage');
    const undecodable = ['%', '--input-meta', 'encoding=binary/unheard-of'] as const;
    for (const input of [[], ['{}'], ['[1]'], ['"now"'], ['{"reason":7}'], undecodable]) {
      const [value, ...flags] = input;
      await operator.signal(workflow, 'pauseTrunk', value, ...flags);
      await untilTrunk('garbage', ({ paused, pausedReason }) => paused && pausedReason === null);
      await operator.signal(workflow, 'pause');
      await operator.signal(workflow, 'resumeTrunk', value, ...flags);
      await untilTrunk('garbage', ({ paused }) => !paused);
    }
    await operator.signal(workflow, 'stop', ...undecodable);
    expect(await trunkOf('garbage')).toMatchObject({ paused: false });
    expect(await operator.statusOf(workflow)).toBe('RUNNING');
    await isDialed('garbage');
  });
});

describe.concurrent('a trunk is hosted again soon, and calls in progress are neither dropped nor dialed twice', () => {
  test.each([
    ['cancelled', () => operator.cancel(workflowOf('cancelled'))],
    ['terminated', () => operator.terminate(workflowOf('terminated'))],
    ['reset-first', () => operator.reset(workflowOf('reset-first'), 'FirstWorkflowTask')],
    ['reset-last', () => operator.reset(workflowOf('reset-last'), 'LastWorkflowTask')],
  ] as const)('when its workflow is %s', async (trunk, act) => {
    const callId = await talking(trunk);
    await act();
    const [next] = await Promise.all([isDialed(trunk), expectUntouched(trunk, callId)]);
    await expectUntouched(trunk, next);
    expect(await operator.statusOf(workflowOf(trunk))).toBe('RUNNING');
  });
});

test('a trunk that is paused stays paused through reset and termination, since its queue keeps the pause', async () => {
  const workflow = workflowOf('paused');
  await operator.signal(workflow, 'pauseTrunk', '{"reason":"lunch"}');
  await untilTrunk('paused', ({ paused }) => paused);
  const { callId } = await api.call('paused', { endpoint: ANSWERS });
  const first = await runOf(workflow);
  await operator.reset(workflow, 'FirstWorkflowTask');
  await operator.terminate(workflow);
  await eventually(
    () => runOf(workflow),
    (run) => run.status.name === 'RUNNING' && run.runId !== first.runId,
  );
  await operator.signal(workflow, 'unheardOf'); // so that the new run has had a task to do
  expect(await trunkOf('paused')).toMatchObject({ paused: true, pausedReason: 'lunch' });
  expect(await api.get(callId)).toMatchObject({ status: 'Queued', waitingFor: { for: 'trunk-paused' } });
  expect(operator.carrier(callId, 'paused').dials).toBe(0);
  await operator.signal(workflow, 'resumeTrunk');
  await api.until(callId, isTalking);
});

const runOf = (workflowId: string) => deployment.client.workflow.getHandle(workflowId).describe();
