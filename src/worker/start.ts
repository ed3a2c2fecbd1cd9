import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import type { OnConfiguration } from '../config/configuration-file.ts';
import type { Environment } from '../config/environment.ts';
import type { Running } from '../process/run.ts';
import type { TemporalConnection } from '../temporal/connection.ts';
import { startWorkers } from './workers.ts';

export interface StartWorkerDeps {
  readonly client: Client;
  readonly temporal: TemporalConnection;
  readonly secret: string;
  readonly log: Logger;
  readonly configuration: () => Configuration;
  readonly onConfiguration: OnConfiguration;
}

/** Starts everything of a process that executes calls. */
export async function startWorkerProcess(environment: Environment, deps: StartWorkerDeps): Promise<Running> {
  const { log, temporal } = deps;
  const { dataDir, priorityLevels, publicUrl } = environment;
  Runtime.install({
    // The process itself stops its Workers, in order: hosts hand their calls over first.
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      if (!isExpected(message, meta)) log[LEVELS[level]](withoutPayloads(meta), message);
    }),
  });
  const connection = await NativeConnection.connect(temporal.connection);
  const workers = await startWorkers({ ...deps, connection, dataDir, priorityLevels, publicUrl });
  const failed = workers.ended.then(() => {
    throw new Error('A Worker stopped by itself');
  });
  // Once it is asked to stop, nobody waits for a failure any more.
  failed.catch(() => undefined);
  return {
    failed,
    async stop() {
      await workers.stop();
      await connection.close();
    },
  };
}

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Failures that leave something to another worker, or to a later time. */
const LEFT_TO_OTHERS = ['HandedOver', 'UnknownTrunk', 'OldConfiguration'];

/** What the SDK warns of and is meant: Workers of activities alone, and what is left to the next worker. */
function isExpected(message: string, meta: Record<string | symbol, unknown> | undefined): boolean {
  if (/^No (workflows|activities) registered/.test(message)) return true;
  return meta?.error instanceof ApplicationFailure && LEFT_TO_OTHERS.includes(meta.error.type ?? '');
}

/** What the SDK logs beside a message, without what may hold private data. */
function withoutPayloads(meta: Record<string | symbol, unknown> | undefined): Record<string, unknown> {
  const { workflowId, workflowType, activityType, taskQueue, attempt, error } = meta ?? {};
  return { workflowId, workflowType, activityType, taskQueue, attempt, err: error };
}
