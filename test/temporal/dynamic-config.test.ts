import { Client } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Servers } from './support.ts';

/** The server takes a key that it does not know without a word: so each is asked for what it does. */
const servers = new Servers();
const namespace = 'outdial';
let connection: Connection;
let client: Client;

/** A real server takes 1 s to start and 1 s to stop; under load, several times that. */
const timeout = 60_000;

beforeAll(async () => {
  const server = await servers.start(await servers.dataDir());
  connection = await servers.connect(server.address);
  client = new Client({ connection, namespace });
}, timeout);
afterAll(() => servers.cleanUp(), timeout);

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
    const taken = await take(taskQueue, keys.length);
    expect(taken).toEqual([...taken].sort());
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

    const taken = await take(taskQueue, 35);

    expect(taken.slice(0, 15).filter((id) => id.startsWith('small'))).toHaveLength(5);
  });

  it('answers 200 counts at once without holding any of them back', async () => {
    const started = Date.now();
    await Promise.all(
      Array.from({ length: 200 }, () =>
        connection.workflowService.countWorkflowExecutions({ namespace, query: 'CallStatus = "Queued"' }),
      ),
    );
    // With the server's own limit it takes over 2 s: the client has to come back for what was refused.
    expect(Date.now() - started).toBeLessThan(1_500);
  });
});
