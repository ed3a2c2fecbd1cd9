/** `npm start`: everything in one process, with a Temporal of its own unless the environment names another. */
import { startApi } from './api/start.ts';
import { SetUpError } from './config/error.ts';
import { type Running, runUntilSignal } from './process/run.ts';
import { readSettings, type Settings } from './process/settings.ts';
import { createClient, untilTemporalIsReady } from './temporal/client.ts';
import { connectionOptions } from './temporal/connection.ts';
import { type EmbeddedServer, startEmbeddedServer } from './temporal/embedded-server.ts';
import { banner } from './process/banner.ts';
import { startWorkerProcess } from './worker/start.ts';

/** Parts that run, stopped in the opposite order. */
class Parts {
  readonly #stops: (() => Promise<unknown>)[] = [];

  add(stop: () => Promise<unknown>): void {
    this.#stops.unshift(stop);
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) await stop();
  }
}

await runUntilSignal(async () => {
  const settings = await readSettings();
  const parts = new Parts();
  parts.add(() => Promise.resolve(settings.stopFollowing()));
  try {
    return await startAll(settings, parts);
  } catch (error) {
    await parts.stop();
    throw error;
  }
});

async function startAll(settings: Settings, parts: Parts): Promise<Running> {
  const { environment, log } = settings;
  const server =
    environment.temporal === 'external'
      ? null
      : await startEmbeddedServer({
          dataDir: environment.dataDir,
          port: environment.temporalPort,
          uiPort: environment.temporalUiPort,
        });
  if (server !== null) parts.add(() => server.stop());

  const temporal = connectionOptions(process.env, { ownAddress: server?.address });
  const client = createClient(temporal);
  parts.add(() => client.connection.close());
  await untilTemporalIsReady(client, () => log.warn('Temporal does not answer yet: waits for it'));

  const worker = await startWorkerProcess(environment, { ...settings, client, temporal });
  parts.add(() => worker.stop());
  const api = await startApi(environment, { ...settings, client, ownWebUi: server?.uiUrl ?? null });
  parts.add(() => api.close());

  console.log(
    banner(environment, settings.configuration(), {
      api: api.url,
      webUi: server === null ? null : `${server.uiUrl}/namespaces/${temporal.namespace}/workflows`,
    }),
  );
  const failed = [worker.failed, ...(server === null ? [] : [untilGone(server)])];
  return {
    failed: Promise.race(failed),
    stop: () => parts.stop(),
  };
}

async function untilGone({ exited }: EmbeddedServer): Promise<never> {
  await exited;
  throw new SetUpError('The Temporal server ended by itself: its log is temporal.log in the data directory.');
}
