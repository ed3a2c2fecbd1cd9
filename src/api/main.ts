/** `npm run api`: the HTTP API alone, against the Temporal that the environment names. */
import { runUntilSignal } from '../process/run.ts';
import { readSettings } from '../process/settings.ts';
import { createClient, untilTemporalIsReady } from '../temporal/client.ts';
import { connectionOptions } from '../temporal/connection.ts';
import { startApi } from './start.ts';

await runUntilSignal(async () => {
  const settings = await readSettings();
  const { environment, log } = settings;
  const client = createClient(connectionOptions(process.env));
  // It listens at once: with Temporal away it answers 503, and recovers by itself.
  const api = await startApi(environment, { ...settings, client, ownWebUi: null });
  console.log(`API     ${api.url}/api/v1`);
  const failed = untilTemporalIsReady(client, () => log.warn('Temporal does not answer yet: requests get 503')).then(
    () => new Promise<never>(() => undefined),
  );
  return {
    failed,
    async stop() {
      settings.stopFollowing();
      await api.close();
      await client.connection.close();
    },
  };
});
