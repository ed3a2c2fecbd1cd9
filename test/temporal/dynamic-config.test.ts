import { Client, Connection, isGrpcServiceError, type WorkflowService } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownServer } from '../../src/temporal/connection.ts';
import { Servers } from './support.ts';

/** The server takes a key that it does not know without a word: so each is asked for what it does. */
const servers = new Servers();
const namespace = 'outdial';
/** Of the enum `TaskQueueType`. */
const WORKFLOW = 1;
let connection: Connection;
let client: Client;
let address: string;

/** A real server takes 1 s to start and 1 s to stop; under load, several times that. */
const timeout = 60_000;

beforeAll(async () => {
  const server = await servers.start(await servers.dataDir());
  ({ address } = server);
  connection = await servers.connect(address);
  client = new Client({ connection, namespace });
}, timeout);
afterAll(() => servers.cleanUp(), timeout);

/** Waits until so many tasks of a queue are there: a start is acknowledged before its task reaches the queue. */
async function untilQueued(taskQueue: string, count: number): Promise<void> {
  const request = { namespace, taskQueue: { name: taskQueue }, taskQueueType: WORKFLOW, reportStats: true };
  const queued = async () => {
    const { stats } = await connection.workflowService.describeTaskQueue(request);
    return Number(stats?.approximateBacklogCount);
  };
  await expect.poll(queued, { timeout: 20_000 }).toBe(count);
}

/** Takes the next workflow task of a queue, as a worker would. */
async function next(taskQueue: string): Promise<string> {
  const poll = () => connection.workflowService.pollWorkflowTaskQueue({ namespace, taskQueue: { name: taskQueue } });
  const task = await connection.withDeadline(Date.now() + 20_000, poll);
  return task.workflowExecution?.workflowId ?? 'none';
}

async function take(taskQueue: string, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) taken.push(await next(taskQueue));
  return taken;
}

describe("The configuration of Outdial's own server", { timeout }, () => {
  it('pushes cancellations to workers, which the namespace tells as a capability', async () => {
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
    expect(namespaceInfo?.capabilities).toMatchObject({ workerCommands: true, workerHeartbeats: true });
  });

  it('hands tasks out in the exact order of 50 priorities, whatever order they came in', async () => {
    const taskQueue = 'priorities';
    const keys = Array.from({ length: 50 }, (_, index) => ((index * 17) % 50) + 1); // each once, shuffled
    for (const priorityKey of keys) {
      const workflowId = `priority-${String(priorityKey).padStart(2, '0')}`;
      await client.workflow.start('nobodyRunsThis', { workflowId, taskQueue, priority: { priorityKey } });
    }
    await untilQueued(taskQueue, keys.length);
    const taken = await take(taskQueue, keys.length);
    expect(taken).toEqual([...taken].sort());
  });

  it('hands out the more urgent first, however far down the list, when more wait than it holds in memory', async () => {
    const taskQueue = 'backlog';
    const start = (workflowId: string, priorityKey: number) =>
      client.workflow.start('nobodyRunsThis', { workflowId, taskQueue, priority: { priorityKey } });
    // It reads 1,000 tasks of a level at once. With the 5 levels of its default, 40 and 30 are one level.
    const backlog = Array.from({ length: 1_100 }, (_, index) => `backlog-${index}`);
    const starters = Array.from({ length: 32 }, async () => {
      for (let id = backlog.pop(); id !== undefined; id = backlog.pop()) await start(id, 40);
    });
    await Promise.all(starters);
    await start('urgent', 30);
    await untilQueued(taskQueue, 1_101);

    expect(await next(taskQueue)).toBe('urgent');
  });

  it('shares a queue among fairness keys: a small batch does not wait behind a large one of the same priority', async () => {
    const taskQueue = 'fairness';
    const start = (batch: string, index: number) =>
      client.workflow.start('nobodyRunsThis', {
        workflowId: `${batch}-${index}`,
        taskQueue,
        priority: { priorityKey: 3, fairnessKey: batch },
      });
    for (let index = 0; index < 30; index++) await start('large', index);
    for (let index = 0; index < 5; index++) await start('small', index);

    await untilQueued(taskQueue, 35);
    const taken = await take(taskQueue, 35);

    expect(taken.slice(0, 15).filter((id) => id.startsWith('small'))).toHaveLength(5);
  });

  it('answers 200 counts at once, and refuses none of them', async () => {
    const counts = await withoutRetries(30_000, (service) =>
      Promise.allSettled(
        Array.from({ length: 200 }, () =>
          service.countWorkflowExecutions({ namespace, query: 'CallStatus = "Queued"' }),
        ),
      ),
    );
    expect(counts.filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  it('lets many clients ask one workflow at once, while it is at work', async () => {
    const taskQueue = 'questions';
    await client.workflow.start('nobodyAnswers', { workflowId: 'asked', taskQueue });
    await next(taskQueue); // at work from now on, so that questions wait
    const query = { namespace, execution: { workflowId: 'asked' }, query: { queryType: 'any' } };
    const answers = await withoutRetries(2_000, (service) =>
      Promise.all(Array.from({ length: 20 }, () => service.queryWorkflow(query).catch((error: unknown) => error))),
    );
    // Nobody answers, so each waits until its deadline; with the server's own limit all but one are refused at once.
    const codes = answers.map((error) => (isGrpcServiceError(error) ? error.code : error));
    expect(codes.filter((code) => code !== 4 /* DEADLINE_EXCEEDED */ && code !== 1 /* CANCELLED, by it */)).toEqual([]);
  });

  /** Asks without the SDK's retries, which hide what is refused at first. */
  async function withoutRetries<T>(timeoutMs: number, ask: (service: WorkflowService) => Promise<T>): Promise<T> {
    const plain = await Connection.connect({ ...ownServer(address).connection, interceptors: [] });
    try {
      return await plain.withDeadline(Date.now() + timeoutMs, () => ask(plain.workflowService));
    } finally {
      await plain.close();
    }
  }
});
