import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { afterEach, describe, expect, it } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../src/contract/search-attributes.ts';
import { AlreadyRunningError } from '../../src/temporal/orphan.ts';
import { PortInUseError } from '../../src/temporal/port-in-use.ts';
import { freePort } from '../../src/temporal/ports.ts';
import { isAlive, Servers } from './support.ts';

const servers = new Servers();
afterEach(() => servers.cleanUp());

const NAMESPACE = 'outdial';

/** A real server takes 1 s to start and 1 s to stop; under load, several times that. */
const timeout = 60_000;

async function startWorkflow(address: string, workflowId: string): Promise<void> {
  const client = new Client({ connection: await servers.connect(address), namespace: NAMESPACE });
  await client.workflow.start('nobodyRunsThis', { workflowId, taskQueue: 'nobody' });
}

async function statusOf(address: string, workflowId: string): Promise<string> {
  const client = new Client({ connection: await servers.connect(address), namespace: NAMESPACE });
  return (await client.workflow.getHandle(workflowId).describe()).status.name;
}

describe("Outdial's own server", { timeout }, () => {
  it('has the namespace with 30 days of retention and every search attribute, ready for a query', async () => {
    const server = await servers.start(await servers.dataDir());
    const connection = await servers.connect(server.address);

    const { config } = await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3600);

    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: NAMESPACE });
    const codes = { KEYWORD: 2, INT: 3, DATETIME: 6, KEYWORD_LIST: 7 };
    expect(customAttributes).toEqual(
      Object.fromEntries(SEARCH_ATTRIBUTES.map(({ name, type }) => [name, codes[type]])),
    );

    const query =
      'OrgId = "acme" AND Priority > 3 AND CallDeadline > "2026-01-01T00:00:00Z" AND AdditionalData = "a=b"';
    const { count } = await connection.workflowService.countWorkflowExecutions({ namespace: NAMESPACE, query });
    expect(Number(count)).toBe(0);
  });

  it('serves the Web UI at the address that it tells', async () => {
    const server = await servers.start(await servers.dataDir());
    const answer = await fetch(`${server.uiUrl}/namespaces/outdial/workflows`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<html');
  });

  it('leaves no process and no process ID behind when it is stopped, and stopping twice is stopping once', async () => {
    const dataDir = await servers.dataDir();
    const server = await servers.start(dataDir);
    expect(isAlive(server.pid)).toBe(true);

    await Promise.all([server.stop(), server.stop()]);

    expect(isAlive(server.pid)).toBe(false);
    expect(existsSync(join(dataDir, 'temporal.pid'))).toBe(false);
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('keeps its workflows when it is stopped and started again', async () => {
    const dataDir = await servers.dataDir();
    const first = await servers.start(dataDir);
    await startWorkflow(first.address, 'kept');
    await first.stop();

    const second = await servers.start(dataDir);
    expect(await statusOf(second.address, 'kept')).toBe('RUNNING');
  });

  it('keeps its workflows when it is killed with −9, and tells that it has ended', async () => {
    const dataDir = await servers.dataDir();
    const first = await servers.start(dataDir);
    await startWorkflow(first.address, 'kept');
    process.kill(first.pid, 'SIGKILL');
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });

    const second = await servers.start(dataDir);
    expect(await statusOf(second.address, 'kept')).toBe('RUNNING');
  });

  it('keeps the retention that an operator chose', async () => {
    const dataDir = await servers.dataDir();
    const first = await servers.start(dataDir);
    const connection = await servers.connect(first.address);
    const week = 7 * 24 * 3600;
    await connection.workflowService.updateNamespace({
      namespace: NAMESPACE,
      // The shape of a protobuf Duration, whose seconds are a Long.
      config: { workflowExecutionRetentionTtl: JSON.parse(`{ "seconds": ${week} }`) as { seconds: never } },
    });
    await first.stop();

    const second = await servers.start(dataDir);
    const again = await servers.connect(second.address);
    const { config } = await again.workflowService.describeNamespace({ namespace: NAMESPACE });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(week);
  });
});

describe('A start that cannot work', { timeout }, () => {
  it("says in one line how to use the Temporal server that has its port, and how to run Outdial's own beside it", async () => {
    const other = await servers.start(await servers.dataDir());
    const port = Number(other.address.split(':')[1]);

    const start = servers.start(await servers.dataDir(), { port, uiPort: 8233 });

    await expect(start).rejects.toBeInstanceOf(PortInUseError);
    await expect(start).rejects.toThrow(
      `Port ${port} is taken by another Temporal server: start with TEMPORAL_ADDRESS=127.0.0.1:${port} to use that one, or with OUTDIAL_TEMPORAL_PORT=${port + 1} OUTDIAL_TEMPORAL_UI_PORT=8234 to run Outdial's own beside it`,
    );
  });

  it('says in one line that something else has its port, or the port of the Web UI', async () => {
    const stranger = createServer((socket) => socket.on('error', () => undefined).resume());
    const port = await freePort();
    await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve));
    try {
      const start = servers.start(await servers.dataDir(), { port });
      await expect(start).rejects.toBeInstanceOf(PortInUseError);
      await expect(start).rejects.toThrow(
        `Port ${port}, where Outdial's own Temporal server listens, is taken: start with OUTDIAL_TEMPORAL_PORT=`,
      );
      await expect(servers.start(await servers.dataDir(), { uiPort: port })).rejects.toThrow(
        `Port ${port}, where Temporal's Web UI listens, is taken: start with OUTDIAL_TEMPORAL_UI_PORT=${port + 1}`,
      );
    } finally {
      await new Promise((resolve) => stranger.close(resolve));
    }
  });

  it('shows the end of the log of a server that dies at start, and leaves no process', async () => {
    const dataDir = await servers.dataDir();
    await writeFile(join(dataDir, 'temporal.db'), 'this is no database\n'.repeat(100));

    await expect(servers.start(dataDir)).rejects.toThrow(
      /ended at start \(exit code 1\); the end of its log:\n.*database/s,
    );
    expect(existsSync(join(dataDir, 'temporal.pid'))).toBe(false);
  });

  it('refuses a data directory on which another Outdial runs, and leaves its server alone', async () => {
    const dataDir = await servers.dataDir();
    const first = await servers.start(dataDir);

    await expect(servers.start(dataDir)).rejects.toBeInstanceOf(AlreadyRunningError);

    expect(isAlive(first.pid)).toBe(true);
    const pidFile = JSON.parse(await readFile(join(dataDir, 'temporal.pid'), 'utf8')) as unknown;
    expect(pidFile).toEqual({ pid: first.pid, ownerPid: process.pid, port: Number(first.address.split(':')[1]) });
  });
});
