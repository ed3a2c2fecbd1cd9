/** `npm run worker`: executes calls, beside as many others as there are, against the Temporal that the environment names. */
import { runUntilSignal } from '../process/run.ts';
import { readSettings } from '../process/settings.ts';
import { createClient, untilTemporalIsReady } from '../temporal/client.ts';
import { connectionOptions } from '../temporal/connection.ts';
import { startWorkerProcess } from './start.ts';

await runUntilSignal(async () => {
  const settings = await readSettings();
  const { log, environment } = settings;
  const temporal = connectionOptions(process.env);
  const client = createClient(temporal);
  await untilTemporalIsReady(client, () => log.warn('Temporal does not answer yet: waits for it'));
  const worker = await startWorkerProcess(environment, { ...settings, client, temporal });
  console.log(`Worker  process ${process.pid} takes calls`);
  return {
    failed: worker.failed,
    async stop() {
      settings.stopFollowing();
      await worker.stop();
      await client.connection.close();
    },
  };
});
