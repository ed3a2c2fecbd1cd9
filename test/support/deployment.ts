import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { readLedger } from '../../src/dialers/simulator/ledger.ts';
import { createClient } from '../../src/temporal/client.ts';
import { ownServer } from '../../src/temporal/connection.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/temporal/embedded-server.ts';
import { freePort } from '../../src/temporal/ports.ts';
import { Api } from './api.ts';
import { OutdialProcess } from './process.ts';

/** Under which endpoints are hashed. */
export const SECRET = 'a secret of tests, and of nothing else';

/** A trunk of the configurations that tests write. */
export interface TestTrunk {
  readonly lines: number;
  readonly speed: number;
  readonly callsPerSecond?: number;
}

/** A configuration with one trunk `demo` and the agents that tests need. */
export const testConfig = ({ lines, speed, callsPerSecond }: TestTrunk, more = ''): string => `
trunks:
  - name: demo
    lines: ${lines}
${callsPerSecond === undefined ? '' : `    callsPerSecond: ${callsPerSecond}`}
    callerId: "+14155550100"
    dialer: { type: simulator, speed: ${speed} }
agents:
  - { agentId: demo, name: Always open, trunk: demo, defaultCountry: US }
  - { agentId: retrying, name: Tries again, trunk: demo, retry: { maxAttempts: 3, delays: { busy: 1s, no-answer: 1s } } }
  - { agentId: disabled, name: Switched off, trunk: demo, isEnabled: false }
${more}`;

/**
 * Outdial deployed as in production, on this machine: a real Temporal server, and API and workers as processes of their
 * own. Everything it starts ends with `stop`.
 */
export class Deployment {
  readonly dataDir: string;
  server: EmbeddedServer;
  readonly client: Client;
  #configFile: string;
  #configFiles = 0;
  readonly #processes: OutdialProcess[] = [];

  private constructor(dataDir: string, server: EmbeddedServer, config: string) {
    this.dataDir = dataDir;
    this.server = server;
    this.client = createClient(ownServer(server.address));
    this.#configFile = join(dataDir, 'outdial.yaml');
    this.configure(config);
  }

  static async start(config: string): Promise<Deployment> {
    const dataDir = mkdtempSync(join(tmpdir(), 'outdial-test-'));
    const server = await startServer(dataDir);
    return new Deployment(dataDir, server, config);
  }

  /** What processes read that start from now on, and within a second or so those that run. */
  configure(config: string): void {
    writeFileSync(this.#configFile, config);
  }

  /** What processes read that start from now on; those that run keep to what they have, as on another machine. */
  configureApart(config: string): void {
    this.#configFile = join(this.dataDir, `outdial-${(this.#configFiles += 1)}.yaml`);
    this.configure(config);
  }

  /** Where the simulated carrier of the trunk `demo` keeps its records. */
  get ledgerPath(): string {
    return join(this.dataDir, 'ledger-default-demo.jsonl');
  }

  /** What a trunk's carrier was asked and did, so far. */
  readLedger(trunk = 'demo'): ReturnType<typeof readLedger> {
    return readLedger(join(this.dataDir, `ledger-default-${trunk}.jsonl`));
  }

  /** What the carriers of all trunks were asked and did. */
  readLedgers(): ReturnType<typeof readLedger> {
    const files = readdirSync(this.dataDir).filter((name) => name.startsWith('ledger-'));
    return files.flatMap((name) => readLedger(join(this.dataDir, name)));
  }

  /**
   * Starts a worker, ready to take calls.
   *
   * @param env what its environment has beside, or instead of, the usual
   */
  async startWorker(env: Record<string, string> = {}): Promise<OutdialProcess> {
    const worker = this.#start('worker/main', env);
    await worker.prints(/takes calls/);
    return worker;
  }

  /**
   * Starts an API.
   *
   * @param env what its environment has beside, or instead of, the usual
   */
  async startApi(env: Record<string, string> = {}): Promise<{ api: Api; process: OutdialProcess }> {
    const process = this.#start('api/main', env);
    const [, url = ''] = await process.prints(/API +(\S+)\/api\/v1/);
    return { api: new Api(url), process };
  }

  /** Starts Temporal again, where and with what it was before it was stopped. */
  async restartServer(): Promise<void> {
    const port = Number(this.server.address.split(':').at(-1));
    this.server = await startEmbeddedServer({ dataDir: this.dataDir, port, uiPort: 0 });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.end('SIGKILL')));
    await this.client.connection.close();
    await this.server.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  #start(part: 'api/main' | 'worker/main', env: Record<string, string> = {}): OutdialProcess {
    const started = new OutdialProcess(part, {
      TEMPORAL_ADDRESS: this.server.address,
      OUTDIAL_PORT: '0',
      OUTDIAL_CONFIG: this.#configFile,
      OUTDIAL_DATA_DIR: this.dataDir,
      OUTDIAL_PRIORITY_LEVELS: '50',
      OUTDIAL_SECRET: SECRET,
      ...env,
    });
    this.#processes.push(started);
    return started;
  }
}

/** `npm start` in a process of its own, with its own Temporal. It can be killed and started again on the same data. */
export class AllInOne {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'outdial-test-'));
  readonly #env: Record<string, string>;
  #process: OutdialProcess | null = null;

  private constructor(env: Record<string, string>) {
    this.#env = env;
  }

  static async create(config: string): Promise<AllInOne> {
    const ports = await Promise.all([freePort(), freePort(), freePort()]);
    const [port, temporalPort, uiPort] = ports.map(String) as [string, string, string];
    const all = new AllInOne({
      OUTDIAL_PORT: port,
      OUTDIAL_TEMPORAL_PORT: temporalPort,
      OUTDIAL_TEMPORAL_UI_PORT: uiPort,
    });
    writeFileSync(join(all.dataDir, 'outdial.yaml'), config);
    return all;
  }

  get ledgerPath(): string {
    return join(this.dataDir, 'ledger-default-demo.jsonl');
  }

  /** Starts it and waits until it says that it is ready. */
  async start(): Promise<{ api: Api; process: OutdialProcess }> {
    const process = this.spawn({});
    await process.prints(/Outdial is ready/);
    return { api: new Api(`http://127.0.0.1:${this.#env.OUTDIAL_PORT}`), process };
  }

  /** Starts it with other settings, ready or not. */
  spawn(env: Record<string, string>): OutdialProcess {
    const own = { OUTDIAL_CONFIG: join(this.dataDir, 'outdial.yaml'), OUTDIAL_DATA_DIR: this.dataDir };
    this.#process = new OutdialProcess('main', { ...this.#env, ...own, ...env });
    return this.#process;
  }

  async stop(): Promise<void> {
    await this.#process?.end('SIGTERM');
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** Another test may take a free port before the server does: then it is another one's turn. */
async function startServer(dataDir: string, triesLeft = 3): Promise<EmbeddedServer> {
  try {
    return await startEmbeddedServer({ dataDir, port: 0, uiPort: 0 });
  } catch (error) {
    if (triesLeft === 0 || !String(error).includes('address already in use')) throw error;
    return await startServer(dataDir, triesLeft - 1);
  }
}
