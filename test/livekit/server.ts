// A real LiveKit server with its Redis, on loopback and on ports of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '../support/api.ts';

const BIN = resolve(import.meta.dirname, '../../.bin');

export const KEY = { apiKey: 'APItests', apiSecret: 'a-secret-for-the-tests-alone-of-some-length' } as const;

export class LiveKitServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'outdial-livekit-'));
  #redis: ChildProcess | null = null;
  #server: ChildProcess | null = null;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** @param webhookUrl where it tells what happens in its rooms */
  static async start(webhookUrl: string): Promise<LiveKitServer> {
    const server = new LiveKitServer();
    await server.#begin(webhookUrl);
    return server;
  }

  /** Dies as in a power cut, and starts again on the same Redis. */
  async crash(): Promise<void> {
    this.#server?.kill('SIGKILL');
    await this.#run();
  }

  async stop(): Promise<void> {
    for (const one of [this.#server, this.#redis]) {
      if (one === null || one.exitCode !== null || one.signalCode !== null) continue;
      one.kill('SIGKILL');
      await once(one, 'exit');
    }
    rmSync(this.#folder, { recursive: true });
  }

  async #begin(webhookUrl: string): Promise<void> {
    const [port, tcpPort, redisPort] = await freePorts(3);
    this.#port = port ?? 0;
    const env = { ...process.env, LD_LIBRARY_PATH: join(BIN, 'redis', 'libraries') };
    const args = ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', '', '--dir', this.#folder];
    this.#redis = spawn(join(BIN, 'redis', 'redis-server'), args, { env, stdio: 'ignore' });
    const config = {
      port,
      bind_addresses: ['127.0.0.1'],
      // Without them it would ask public STUN servers where it is.
      rtc: {
        tcp_port: tcpPort,
        port_range_start: 40_000,
        port_range_end: 40_200,
        stun_servers: ['127.0.0.1:3478'],
        node_ip: '127.0.0.1',
        enable_loopback_candidate: true,
        interfaces: { includes: ['lo'] },
      },
      redis: { address: `127.0.0.1:${redisPort}` },
      keys: { [KEY.apiKey]: KEY.apiSecret },
      webhook: { api_key: KEY.apiKey, urls: [webhookUrl] },
      logging: { level: 'error' },
    };
    writeFileSync(join(this.#folder, 'livekit.yaml'), JSON.stringify(config));
    await this.#run();
  }

  async #run(): Promise<void> {
    const args = ['--config', join(this.#folder, 'livekit.yaml')];
    // Redis takes a moment, and without it the server ends.
    await eventually(
      async () => {
        if (this.#server === null || this.#server.exitCode !== null || this.#server.signalCode !== null) {
          this.#server = spawn(join(BIN, 'livekit-server-1.13.5'), args, { stdio: 'ignore' });
        }
        return await fetch(this.url).then(
          ({ ok }) => ok,
          () => false,
        );
      },
      (isUp) => isUp,
    );
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
