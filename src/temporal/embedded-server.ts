import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { SetUpError } from '../config/error.ts';
import { ownServer } from './connection.ts';
import { findExecutable } from './executables.ts';
import { setUpNamespace } from './namespace.ts';
import { removePidFile, STOP_GRACE_MS, stopOrphan, writePidFile } from './orphan.ts';
import { requireFreePorts } from './port-in-use.ts';
import { freePort } from './ports.ts';
import { serverArguments, serverEnvironment } from './server-flags.ts';
import type { ServerLogLevel } from './server-flags.ts';

export interface EmbeddedServerOptions {
  /** Where its database, its log and its process ID are; made where it is missing. */
  readonly dataDir: string;
  /** 0 is any free port. */
  readonly port: number;
  /** 0 is any free port. */
  readonly uiPort: number;
  /** Of the server, into `temporal.log` in the data directory. @default warn */
  readonly logLevel?: ServerLogLevel;
}

/** How the server's process ended: by itself, or by a signal. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Outdial's own Temporal server, running. */
export interface EmbeddedServer {
  /** `127.0.0.1:7233` */
  readonly address: string;
  /** The Web UI's root, without a slash at the end. */
  readonly uiUrl: string;
  readonly pid: number;
  /** Stops the server and waits until its process is gone. More than one call is the same as one. */
  stop(): Promise<void>;
  /** Resolves when the process has ended, asked to or not; it never rejects. */
  readonly exited: Promise<ServerExit>;
}

/** A first start makes the database, in about 0.5 s; a slow disk under load may take many times that. */
const START_LIMIT_MS = 30_000;

/** How soon a connection is tried again while the server starts. */
const CONNECT_INTERVAL_MS = 50;

/** How much of its log an error shows. */
const LAST_LINES = 8;

/**
 * Starts Outdial's own Temporal server on the data directory, with the namespace `outdial`, its search attributes and the
 * Web UI, and resolves when it answers. A server that an earlier Outdial left behind there is stopped first.
 *
 * The server is a process group of its own, so that Ctrl-C reaches only us and it can be stopped after all that uses it.
 * When our process ends without {@link EmbeddedServer.stop}, the server is asked to stop; after a kill −9 of ours it goes
 * on, and the next start deals with it.
 *
 * @throws {PortInUseError} when one of the ports is taken.
 * @throws {AlreadyRunningError} when another Outdial runs on the same data directory.
 * @throws Error when there is no executable, or the server ends or does not answer within 30 s: with the end of its log.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const executable = findExecutable('temporal');
  if (executable === null) {
    throw new SetUpError(
      'The Temporal server is missing: run `npm run setup`, or name a server of yours in TEMPORAL_ADDRESS',
    );
  }
  const dataDir = resolve(options.dataDir);
  const databaseFile = join(dataDir, 'temporal.db');
  mkdirSync(dataDir, { recursive: true });
  await stopOrphan(dataDir, databaseFile);

  for (let starts = 1; ; starts += 1) {
    try {
      return await startOnce(executable, dataDir, databaseFile, options);
    } catch (error) {
      if (!(error instanceof InnerPortTakenError) || starts === MOST_STARTS) throw error;
    }
  }
}

/**
 * The server gives its inner services ports that were free a moment before, and ends where another process has taken one
 * by then.
 */
class InnerPortTakenError extends SetUpError {}

/** How often it is started before that is taken for something else. */
const MOST_STARTS = 3;

async function startOnce(
  executable: string,
  dataDir: string,
  databaseFile: string,
  options: EmbeddedServerOptions,
): Promise<EmbeddedServer> {
  const port = options.port === 0 ? await freePort() : options.port;
  const uiPort = options.uiPort === 0 ? await freePort() : options.uiPort;
  await requireFreePorts(port, uiPort);

  const flags = serverArguments({ databaseFile, port, uiPort, logLevel: options.logLevel ?? 'warn' });
  const server = launch(executable, flags, dataDir, port);
  const address = `127.0.0.1:${port}`;
  try {
    await makeReady(address, server, dataDir);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { address, uiUrl: `http://127.0.0.1:${uiPort}`, ...server };
}

type Launched = Pick<EmbeddedServer, 'pid' | 'stop' | 'exited'>;

function launch(executable: string, flags: string[], dataDir: string, port: number): Launched {
  // A file of its own rather than a pipe: it outlives us, and a pipe without a reader would stop the server.
  const log = openSync(join(dataDir, 'temporal.log'), 'w');
  const child = spawn(executable, flags, {
    detached: true,
    stdio: ['ignore', log, log],
    env: serverEnvironment(process.env),
  });
  closeSync(log);

  const { pid } = child;
  if (pid !== undefined) writePidFile(dataDir, pid, port);
  const askToStop = (): void => void child.kill('SIGTERM');
  process.once('exit', askToStop);
  const exited = new Promise<ServerExit>((resolveExit) => {
    const ended = (exit: ServerExit): void => {
      process.off('exit', askToStop);
      if (pid !== undefined) removePidFile(dataDir, pid);
      resolveExit(exit);
    };
    child.once('exit', (code, signal) => ended({ code, signal }));
    child.once('error', () => ended({ code: null, signal: null })); // it could not be started at all
  });
  let stopped: Promise<void> | undefined;
  return { pid: pid ?? 0, exited, stop: () => (stopped ??= stopChild(child, exited)) };
}

async function stopChild(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const patience = new AbortController();
  const impatient = wait(STOP_GRACE_MS, undefined, { signal: patience.signal }).then(
    () => child.kill('SIGKILL'),
    () => false,
  );
  await Promise.race([exited, impatient]);
  patience.abort();
  await exited;
}

/** Waits until the server answers, and gives it the namespace; what is wrong with one that exists, `checkNamespace` says. */
async function makeReady(address: string, server: Launched, dataDir: string): Promise<void> {
  const { connection: settings, namespace } = ownServer(address);
  const connection = Connection.lazy({
    ...settings,
    connectTimeout: START_LIMIT_MS,
    channelArgs: {
      ...settings.channelArgs,
      'grpc.initial_reconnect_backoff_ms': CONNECT_INTERVAL_MS,
      'grpc.max_reconnect_backoff_ms': CONNECT_INTERVAL_MS,
    },
  });
  const answers = connection.ensureConnected().catch((error: unknown) => {
    const log = join(dataDir, 'temporal.log');
    throw new SetUpError(`The Temporal server did not answer within ${START_LIMIT_MS / 1_000} s; see ${log}`, {
      cause: error,
    });
  });
  try {
    await Promise.race([answers.then(() => setUpNamespace(connection, namespace)), failWhenEnded(server, dataDir)]);
  } finally {
    await connection.close();
  }
}

async function failWhenEnded(server: Launched, dataDir: string): Promise<never> {
  const { code, signal } = await server.exited;
  const log = await readFile(join(dataDir, 'temporal.log'), 'utf8').catch(() => '');
  const tail = log.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  const SomeError = /address already in use|ephemeral port/.test(log) ? InnerPortTakenError : SetUpError;
  throw new SomeError(
    `The Temporal server ended at start (${signal ?? `exit code ${code}`}); the end of its log:\n${tail}`,
  );
}
