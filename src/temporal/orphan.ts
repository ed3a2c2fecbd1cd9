import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SetUpError } from '../config/error.ts';
import { processInfo } from './process-info.ts';

/** Outdial runs on this data directory already. */
export class AlreadyRunningError extends SetUpError {
  override readonly name = 'AlreadyRunningError';

  constructor(dataDir: string, owner: number) {
    super(
      `Outdial is already running on ${dataDir} (process ${owner}): stop it first, or set OUTDIAL_DATA_DIR to another folder`,
    );
  }
}

/** What `temporal.pid` holds: which server was started on this data directory, and by whom. */
interface PidFile {
  readonly pid: number;
  readonly ownerPid: number;
  readonly port: number;
}

/** How long a server may take to stop once asked: it needs about 1 s, and SQLite's file bears a kill. */
export const STOP_GRACE_MS = 5_000;

const pidFilePath = (dataDir: string): string => join(dataDir, 'temporal.pid');

/** Remembers a server, for the start after one on which we were killed. */
export function writePidFile(dataDir: string, pid: number, port: number): void {
  const content: PidFile = { pid, ownerPid: process.pid, port };
  writeFileSync(pidFilePath(dataDir), `${JSON.stringify(content)}\n`);
}

/** Forgets the server, unless a newer one is written there already. */
export function removePidFile(dataDir: string, pid: number): void {
  if (readPidFile(dataDir)?.pid === pid) rmSync(pidFilePath(dataDir), { force: true });
}

/**
 * Stops the server that an earlier Outdial left behind on this data directory, if there is one: when we are killed with
 * −9 nobody stops it. It is stopped and started anew rather than adopted, because a new one has the flags of this
 * version, a log of its own and us as its parent; nothing is lost, since its state is in the file.
 *
 * A process that only happens to have its ID is left alone: ours has our database file on its command line.
 *
 * @throws {AlreadyRunningError} when the process that started it still lives (it is the server's parent then).
 */
export async function stopOrphan(dataDir: string, databaseFile: string): Promise<void> {
  const left = readPidFile(dataDir);
  if (left === null) return;
  const server = ours(left.pid, databaseFile);
  if (server?.parentPid === left.ownerPid) throw new AlreadyRunningError(dataDir, left.ownerPid);

  if (server !== null) await end(left.pid, () => ours(left.pid, databaseFile) !== null);
  rmSync(pidFilePath(dataDir), { force: true });
}

async function end(pid: number, lives: () => boolean): Promise<void> {
  signal(pid, 'SIGTERM');
  const limit = Date.now() + STOP_GRACE_MS;
  while (lives() && Date.now() < limit) await wait(50);
  if (!lives()) return;
  signal(pid, 'SIGKILL');
  while (lives()) await wait(20);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended by itself a moment ago.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function ours(pid: number, databaseFile: string) {
  const found = processInfo(pid);
  return found?.command.includes(`--db-filename ${databaseFile} `) === true ? found : null;
}

function readPidFile(dataDir: string): PidFile | null {
  try {
    const content = JSON.parse(readFileSync(pidFilePath(dataDir), 'utf8')) as Partial<PidFile> | null;
    const { pid, ownerPid, port } = content ?? {};
    if (!isPid(pid) || !isPid(ownerPid)) return null;
    return { pid, ownerPid, port: port ?? 0 };
  } catch {
    return null; // none, or half a file after a power cut: then no server lives either
  }
}

/** 0 and below mean groups of processes to `kill`. */
function isPid(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0;
}
