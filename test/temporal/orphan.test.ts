import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { afterEach, describe, expect, it } from 'vitest';
import { stopOrphan } from '../../src/temporal/orphan.ts';
import { isAlive, Servers } from './support.ts';

const servers = new Servers();
afterEach(() => servers.cleanUp());

/** A real server takes 1 s to start and 1 s to stop; under load, several times that. */
const timeout = 60_000;

/** No process has it: Linux and macOS give out smaller ones. */
const NOBODY = 2 ** 31 - 1;

const writePidFile = (dataDir: string, content: unknown): Promise<void> =>
  writeFile(join(dataDir, 'temporal.pid'), typeof content === 'string' ? content : JSON.stringify(content));

describe('A start after one that was killed with −9', { timeout }, () => {
  it('stops the server that was left behind, takes its port, and has its workflows', async () => {
    const dataDir = await servers.dataDir();
    const orphan = await servers.start(dataDir);
    const client = new Client({ connection: await servers.connect(orphan.address), namespace: 'outdial' });
    await client.workflow.start('nobodyRunsThis', { workflowId: 'kept', taskQueue: 'nobody' });
    const port = Number(orphan.address.split(':')[1]);
    await writePidFile(dataDir, { pid: orphan.pid, ownerPid: NOBODY, port });

    const server = await servers.start(dataDir, { port });

    expect(isAlive(orphan.pid)).toBe(false);
    expect(server.address).toBe(orphan.address);
    const { status } = await client.workflow.getHandle('kept').describe();
    expect(status.name).toBe('RUNNING');
  });

  it('leaves a process alone that only happens to have the ID of the server that was left behind', async () => {
    const dataDir = await servers.dataDir();
    const stranger = spawn(process.execPath, ['-e', 'process.stdin.resume()', join(dataDir, 'temporal.db')]);
    try {
      await once(stranger, 'spawn');
      await writePidFile(dataDir, { pid: stranger.pid, ownerPid: NOBODY, port: 7233 });
      await servers.start(dataDir);
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it.each(['', '{"pid":', 'null', '{"pid":-1,"ownerPid":1}', `{"pid":${NOBODY},"ownerPid":1}`])(
    'bears a file of process IDs that says %j',
    async (content) => {
      const dataDir = await servers.dataDir();
      await writePidFile(dataDir, content);
      await expect(stopOrphan(dataDir, join(dataDir, 'temporal.db'))).resolves.toBeUndefined();
    },
  );
});
