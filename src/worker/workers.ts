import type { Client } from '@temporalio/client';
import { type NativeConnection, Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createCallActivities } from '../activities/call-activities.ts';
import { createHostActivities } from '../activities/host-lines.ts';
import { createWebhookActivities } from '../activities/webhook-activities.ts';
import { createSuppressActivities } from '../activities/suppress-numbers.ts';
import { attemptToken } from '../config/attempt-token.ts';
import type { Configuration } from '../config/configuration.ts';
import type { OnConfiguration } from '../config/configuration-file.ts';
import type { PriorityLevels } from '../config/environment.ts';
import { type AttemptAddress, DIALER_EVENTS_PATH } from '../contract/dialer-event.ts';
import { FreezeDetector } from '../lines/freeze-detector.ts';
import { ContactWorkflows } from '../temporal/contact-workflows.ts';
import { DialerEvents } from '../temporal/dialer-events.ts';
import { TrunkQueues } from '../temporal/trunk-queues.ts';
import { watchContacts } from './host-contacts.ts';
import { openLineHost } from './line-host.ts';
import { batchesWorkerOptions, callsWorkerOptions, hostsWorkerOptions, webhooksWorkerOptions } from './options.ts';
import { RunningWorker } from './running-worker.ts';
import { watchStops } from './stops.ts';
import { TrunkKeeper } from './trunk-keeper.ts';
import { TrunkPartsStore } from './trunk-parts.ts';

export interface WorkersDeps {
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly dataDir: string;
  /** Where the API can be reached from outside. */
  readonly publicUrl: string;
  /** Under which endpoints are hashed. */
  readonly secret: string;
  readonly priorityLevels: PriorityLevels;
  readonly log: Logger;
  readonly configuration: () => Configuration;
  readonly onConfiguration: OnConfiguration;
}

/** Everything of one process that executes calls. */
export interface Workers {
  /** Rejects when one of them failed. */
  readonly ended: Promise<void>;
  /** Hands calls in progress over and stops, within seconds. */
  stop(): Promise<void>;
}

/** Starts the Workers of calls, batches and hosts, and keeps every trunk of the configuration hosted. */
export async function startWorkers(deps: WorkersDeps): Promise<Workers> {
  const { client, connection, configuration, onConfiguration, log } = deps;
  const token = (attempt: AttemptAddress): Promise<string> => attemptToken(deps.secret, attempt);
  const parts = new TrunkPartsStore({
    dataDir: deps.dataDir,
    events: new DialerEvents(client),
    token,
    callbackUrl: async (attempt) => `${deps.publicUrl}${DIALER_EVENTS_PATH}/${await token(attempt)}`,
    log,
  });
  const stopFollowing = onConfiguration(() => parts.follow(configuration()));
  const freezes = new FreezeDetector();
  const start = async (options: Parameters<typeof Worker.create>[0]): Promise<RunningWorker> =>
    new RunningWorker(await Worker.create({ ...options, connection, namespace: client.options.namespace }));

  const { secret, priorityLevels } = deps;
  const queues = new TrunkQueues(client);
  const stops = watchStops(client, queues);
  const contacts = watchContacts(client, secret);
  const callActivities = createCallActivities({ client, configuration, queues, secret, priorityLevels });
  const hostActivities = createHostActivities((trunk, execution) =>
    openLineHost({ ...deps, parts, freezes, stops, contacts }, trunk, execution),
  );
  const workers = await Promise.all([
    start(callsWorkerOptions({ ...callActivities, ...createSuppressActivities(new ContactWorkflows(client)) })),
    start(batchesWorkerOptions(callActivities)),
    start(webhooksWorkerOptions(createWebhookActivities(configuration))),
    start(hostsWorkerOptions(hostActivities)),
  ]);
  const keeper = new TrunkKeeper(client, configuration, onConfiguration, log);

  return {
    ended: Promise.race(workers.map((worker) => worker.ended)),
    async stop() {
      keeper.stop();
      await Promise.all(workers.map((worker) => worker.stop()));
      stopFollowing();
      parts.close();
      freezes.stop();
    },
  };
}
