import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Client,
  type WorkflowHandle,
  type WorkflowHandleWithFirstExecutionRunId,
  WorkflowNotFoundError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import {
  BATCHES_QUEUE,
  CALLS_QUEUE,
  HOSTS_QUEUE,
  takeoverQueue,
  trunkQueue,
  WEBHOOKS_QUEUE,
} from '../../src/contract/task-queues.ts';
import { ownServer } from '../../src/temporal/connection.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/temporal/embedded-server.ts';
import { findExecutable } from '../../src/temporal/executables.ts';
import { WANTED_ATTRIBUTES } from '../../src/temporal/search-attribute-types.ts';
import { workflowBundlePath } from '../../src/worker/bundle.ts';
import { childrenOf, historyOf, wedges } from './history.ts';
import { ORG_ID, TRUNK } from './requests.ts';
import { Script, scripted } from './script.ts';

/** Stands in histories for a process and a machine. */
const IDENTITY = 'outdial-test';

/** A clock that moves less than this, in milliseconds, within so many real ones is held. */
const MOVING_MS = 60_000;
const STUCK_MS = 500;

/** As many as a test can keep waiting. */
export const WEBHOOK_TRIES_AT_ONCE = 20;

/** Longer than any test looks ahead, and as far as the server's clock jumps where nothing else is left to wait for. */
const EXECUTION_TIMEOUT = '400 days';

/**
 * A Temporal server with Workers for the workflows and, in place of a worker with a carrier, for activities that do what
 * the test's {@link Script} says.
 */
export class World {
  /** Of the test under way. */
  script = new Script();
  #open: Open | null = null;
  #server: EmbeddedServer | null = null;
  #dataDir: string | null = null;
  #batchesWorker: WorkerOptions;
  readonly #started: WorkflowHandle[] = [];

  /** @param remembersBatches false where the Worker of batches is to be stopped: the server would wait for its cache */
  constructor({ remembersBatches = true } = {}) {
    this.#batchesWorker = remembersBatches ? BATCHES_WORKER : { ...BATCHES_WORKER, maxCachedWorkflows: 0 };
  }

  /** Waits for results in the server's time as it is. */
  get client(): Client {
    if (this.#open === null) throw new Error('The server has not started');
    return this.#open.client;
  }

  /** On the server that skips time. It never does while an activity is scheduled or under way. */
  async openTimeSkipping(): Promise<void> {
    installRuntime();
    const env = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: testServer() },
      client: { identity: IDENTITY },
    });
    const searchAttributes = Object.fromEntries(WANTED_ATTRIBUTES.map(({ name, code }) => [name, code]));
    await env.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes });
    await this.#startWorkers(env);
  }

  /** On Outdial's own server, in real time. */
  async openRealTime(): Promise<void> {
    installRuntime();
    this.#dataDir = mkdtempSync(join(tmpdir(), 'outdial-test-'));
    this.#server = await startEmbeddedServer({ dataDir: this.#dataDir, port: 0, uiPort: 0 });
    const { address } = this.#server;
    const { namespace } = ownServer(address);
    const client = { identity: IDENTITY };
    await this.#startWorkers(await TestWorkflowEnvironment.createFromExistingServer({ address, namespace, client }));
  }

  /** Milliseconds since the epoch by the server's clock, which the workflows go by. */
  async now(): Promise<number> {
    return await this.#env.currentTimeMs();
  }

  /** Lets the server's clock run ahead. Inside of an activity it does so beside that activity. */
  async sleep(ms: number): Promise<void> {
    await this.#env.sleep(ms);
  }

  /**
   * Lets time be skipped beside one activity that no Worker ever takes. The server holds its clock from the scheduling of
   * an activity on, and for ever where that is canceled before it starts: so this is due once for each of those.
   */
  async leaveWaitingActivity(): Promise<void> {
    await this.#env.connection.testService?.unlockTimeSkipping({});
  }

  /**
   * Starts a workflow, which has to end before the test does. Where its handle's result is awaited, time is skipped from one
   * timer to the next until it ends.
   */
  async start<T extends Workflow>(
    type: string,
    options: WorkflowStartOptions<T>,
  ): Promise<WorkflowHandleWithFirstExecutionRunId<T>> {
    const timed = { workflowExecutionTimeout: EXECUTION_TIMEOUT, ...options } as WorkflowStartOptions<T>;
    const handle = await this.#env.client.workflow.start<T>(type, timed);
    this.#started.push(handle);
    return handle;
  }

  /**
   * The result of a workflow that another one has left behind: time is skipped until it ends. Where a child outlives its
   * parent, this server at times holds its clock for ever: then it is let go.
   */
  async resultOfAbandoned(workflowId: string): Promise<unknown> {
    const result: Promise<unknown> = this.#env.client.workflow.getHandle(workflowId).result();
    for (;;) {
      const before = await this.now();
      const look = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), STUCK_MS));
      if (await Promise.race([result.then(() => true), look])) return await result;
      if ((await this.now()) - before < MOVING_MS) await this.leaveWaitingActivity();
    }
  }

  /** Sees to a workflow that is started by something else: it has to end before the test does, too. */
  watch(workflowId: string): void {
    this.#started.push(this.client.workflow.getHandle(workflowId));
  }

  /** Stops the Worker of batches and pages while something is sent to them: they hear of all of it at once. */
  async whileBatchesRest<T>(send: () => Promise<T>): Promise<T> {
    if (this.#open === null) throw new Error('The server has not started');
    await stopWorker(this.#open.batches);
    const sent = await send();
    this.#open.batches = await startWorker(this.#env, this.#batchesWorker);
    return sent;
  }

  /** Fails when a workflow is left over, one was wedged meanwhile, or an activity ran that the test did not expect. */
  async endTest(): Promise<void> {
    const { unexpected } = this.script;
    this.script = new Script();
    const leftOver = await this.#terminateOpen();
    const wedged = (await Promise.all(this.#started.splice(0).map((handle) => this.#wedgesUnder(handle)))).flat();
    expect({ leftOver, wedged, unexpected }).toEqual({ leftOver: [], wedged: [], unexpected: [] });
  }

  /** Stops everything; fails when a Worker failed, or does not stop. */
  async close(): Promise<void> {
    if (this.#open === null) return;
    const { env, workers, batches } = this.#open;
    await Promise.all([...workers, batches].map(stopWorker));
    await env.teardown();
    await this.#server?.stop();
    if (this.#dataDir !== null) rmSync(this.#dataDir, { recursive: true, force: true });
  }

  get #env(): TestWorkflowEnvironment {
    if (this.#open === null) throw new Error('The server has not started');
    return this.#open.env;
  }

  async #startWorkers(env: TestWorkflowEnvironment): Promise<void> {
    const client = new Client({ connection: env.connection, namespace: env.namespace, identity: IDENTITY });
    const { placeCall, takeOver, hostLines, deliverWebhook, ...calls } = scripted(client, () => this.script);
    const workers = await Promise.all([
      startWorker(env, { taskQueue: CALLS_QUEUE, workflowBundle, activities: calls }),
      startWorker(env, { ...WEBHOOKS_WORKER, activities: { deliverWebhook } }),
      startWorker(env, { taskQueue: HOSTS_QUEUE, activities: { hostLines } }),
      startWorker(env, { taskQueue: trunkQueue(ORG_ID, TRUNK), activities: { placeCall } }),
      startWorker(env, { taskQueue: takeoverQueue(ORG_ID, TRUNK), activities: { takeOver } }),
    ]);
    const { resolveEdit, planUnstarted, hasWebhook } = calls;
    this.#batchesWorker = { ...this.#batchesWorker, activities: { resolveEdit, planUnstarted, hasWebhook } };
    this.#open = { env, client, workers, batches: await startWorker(env, this.#batchesWorker) };
  }

  /** Of a workflow and all that it started. */
  async #wedgesUnder(handle: WorkflowHandle): Promise<string[]> {
    const history = await historyOf(handle);
    const children = childrenOf(history).map((id) => this.#wedgesUnder(this.client.workflow.getHandle(id)));
    return [...wedges(history), ...(await Promise.all(children)).flat()];
  }

  async #terminateOpen(): Promise<string[]> {
    const { namespace } = this.client.options;
    const everything = { namespace, maximumPageSize: 1_000, startTimeFilter: {} };
    const { executions } = await this.client.workflowService.listOpenWorkflowExecutions(everything);
    const ids = (executions ?? []).map(({ execution }) => execution?.workflowId ?? '');
    const leftOver: string[] = [];
    for (const id of ids) if (await this.#terminate(id)) leftOver.push(id);
    return leftOver;
  }

  /** False where it has just ended: the list follows a moment later. */
  async #terminate(workflowId: string): Promise<boolean> {
    try {
      await this.client.workflow.getHandle(workflowId).terminate('left over');
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }
}

const workflowBundle = { codePath: workflowBundlePath };
const WEBHOOKS_WORKER: WorkerOptions = {
  taskQueue: WEBHOOKS_QUEUE,
  workflowBundle,
  maxConcurrentActivityTaskExecutions: WEBHOOK_TRIES_AT_ONCE,
};
const BATCHES_WORKER: WorkerOptions = { taskQueue: BATCHES_QUEUE, workflowBundle };

interface Open {
  readonly env: TestWorkflowEnvironment;
  readonly client: Client;
  readonly workers: readonly RunningWorker[];
  batches: RunningWorker;
}

interface RunningWorker {
  readonly worker: Worker;
  readonly run: Promise<void>;
}

async function startWorker(env: TestWorkflowEnvironment, options: WorkerOptions): Promise<RunningWorker> {
  const worker = await Worker.create({
    ...options,
    connection: env.nativeConnection,
    namespace: env.namespace ?? 'default',
    identity: IDENTITY,
    // A cancellation comes with the answer to a heartbeat.
    maxHeartbeatThrottleInterval: '20ms',
    defaultHeartbeatThrottleInterval: '20ms',
  });
  return { worker, run: worker.run() };
}

async function stopWorker({ worker, run }: RunningWorker): Promise<void> {
  worker.shutdown();
  await run;
  expect(worker.getState()).toBe('STOPPED');
}

/** Failures are what the tests are about, and those that should not happen are seen in histories: nothing is logged. */
function installRuntime(): void {
  const logger = new DefaultLogger('ERROR', () => undefined);
  const logging = { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) };
  Runtime.install({ logger, telemetryOptions: { logging } });
}

function testServer(): { type: 'existing-path'; path: string } {
  const path = findExecutable('temporal-test-server');
  if (path === null) throw new Error('Expected the test server to be there: run `npm run setup -- --test`');
  return { type: 'existing-path', path };
}

/** The world of a test file, with a fresh script for each test. @param server by default the one that skips time */
export function useWorld(server: 'time-skipping' | 'real' = 'time-skipping', world = new World()): World {
  beforeAll(() => (server === 'real' ? world.openRealTime() : world.openTimeSkipping()));
  afterEach(() => world.endTest());
  afterAll(() => world.close());
  return world;
}

/** Looks until it is so. */
export const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look, { interval: 10, timeout: 40_000 });
