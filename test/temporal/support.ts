import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { ownServer } from '../../src/temporal/connection.ts';
import { startEmbeddedServer } from '../../src/temporal/embedded-server.ts';
import type { EmbeddedServer, EmbeddedServerOptions } from '../../src/temporal/embedded-server.ts';
import { processInfo } from '../../src/temporal/process-info.ts';

/** Starts real servers on folders of their own, and leaves none of either behind. */
export class Servers {
  readonly #cleanUps: (() => Promise<unknown>)[] = [];

  async dataDir(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'outdial-temporal-'));
    this.#cleanUps.push(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  async start(dataDir: string, options: Partial<EmbeddedServerOptions> = {}): Promise<EmbeddedServer> {
    const server = await startEmbeddedServer({ dataDir, port: 0, uiPort: 0, ...options });
    this.#cleanUps.push(() => server.stop());
    return server;
  }

  async connect(address: string): Promise<Connection> {
    const connection = await Connection.connect(ownServer(address).connection);
    this.#cleanUps.push(() => connection.close());
    return connection;
  }

  /** The latest first: connections before their server, the server before its folder. */
  async cleanUp(): Promise<void> {
    for (const cleanUp of this.#cleanUps.splice(0).reverse()) await cleanUp();
  }
}

export const isAlive = (pid: number): boolean => processInfo(pid) !== null;
