import { DeterminismViolationError } from '@temporalio/workflow';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { workflowBundlePath } from '../../src/worker/bundle.ts';
import { eventsOf, type History, scheduledActivities } from '../workflows/history.ts';
import { readHistories } from './histories.ts';

const histories = readHistories();

// A replay that fails is what is looked at, not its log.
beforeAll(() => {
  const logging = { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) };
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), telemetryOptions: { logging } });
});

/** Why histories cannot be replayed by the workflows of today, by their names; empty where they all can. */
async function replay(recorded: ReadonlyMap<string, History>): Promise<Map<string, Error>> {
  const all = [...recorded].map(([name, history]) => {
    const [started] = eventsOf(history, 'workflowExecutionStarted');
    return { name, runId: started?.originalExecutionRunId, workflowId: started?.workflowId ?? '', history };
  });
  const errors = new Map<string, Error>();
  const replayed: string[] = [];
  // One Worker for all: each takes some time to start.
  for await (const { runId, error } of Worker.runReplayHistories(
    { workflowBundle: { codePath: workflowBundlePath } },
    all,
  )) {
    const name = all.find((one) => one.runId === runId)?.name ?? runId;
    replayed.push(name);
    if (error !== undefined) errors.set(name, error);
  }
  expect(replayed.sort()).toEqual(all.map(({ name }) => name).sort());
  return errors;
}

describe('The workflows of today', () => {
  it('go on with every workflow that was recorded', async () => {
    expect(await replay(histories)).toEqual(new Map());
  });

  it.each([
    { what: 'call another activity', name: '2026-11-24/call-answered', edit: renameActivity },
    { what: 'start another workflow', name: '2026-11-24/batch', edit: renameChild },
  ])('are found out when they would $what than was recorded', async ({ name, edit }) => {
    const edited = readHistories().get(name) ?? {};
    edit(edited);
    expect((await replay(new Map([[name, edited]]))).get(name)).toBeInstanceOf(DeterminismViolationError);
  });
});

describe('The recorded histories', () => {
  const all = [...histories.values()];

  it('are of every type of workflow, and have every activity', () => {
    const started = all.flatMap((history) => eventsOf(history, 'workflowExecutionStarted'));
    const types = new Set(started.map(({ workflowType }) => workflowType?.name));
    expect(types).toEqual(
      new Set([
        'outboundCall',
        'callBatch',
        'callBatchPage',
        'trunkLines',
        'webhookDelivery',
        'contactPolicy',
        'suppressionList',
        'suppressionImport',
      ]),
    );
    const activities = new Set(all.flatMap(scheduledActivities));
    expect(activities).toEqual(
      new Set([
        'placeCall',
        'takeOver',
        'hostLines',
        'configureTrunk',
        'wakeCalls',
        'deliverWebhook',
        'replanCalls',
        'suppressNumbers',
      ]),
    );
  });

  it('have no number but made-up ones, and no path of the machine that recorded them', () => {
    const texts = all.map((history) => JSON.stringify(history, decoded));
    expect(texts.join()).toContain('+15550100001');
    expect(texts.flatMap((text) => text.match(/\+(?!1555)\d{7,}|\/src\/|\/node_modules\//g) ?? [])).toEqual([]);
  });
});

/** Payloads as text. */
const decoded = (key: string, value: unknown): unknown =>
  key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString() : value;

function renameActivity(history: History): void {
  const [scheduled] = eventsOf(history, 'activityTaskScheduled');
  if (scheduled?.activityType) scheduled.activityType.name = 'placeAnotherCall';
}

function renameChild(history: History): void {
  const [initiated] = eventsOf(history, 'startChildWorkflowExecutionInitiated');
  if (initiated?.workflowType) initiated.workflowType.name = 'anotherPage';
}
