import { type Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import type { Environment } from '../config/environment.ts';
import { DialerEvents } from '../temporal/dialer-events.ts';
import { checkNamespace } from '../temporal/namespace.ts';
import { TrunkQueues } from '../temporal/trunk-queues.ts';
import { createApp } from './app.ts';
import { listen, type Listening } from './listen.ts';

export interface StartApiDeps {
  readonly client: Client;
  readonly log: Logger;
  readonly secret: string;
  readonly configuration: () => Configuration;
  /** The Web UI of Outdial's own Temporal; null where that is not in this process. */
  readonly ownWebUi: string | null;
}

/** Starts the HTTP API of a process. */
export async function startApi(environment: Environment, { ownWebUi, ...deps }: StartApiDeps): Promise<Listening> {
  const { client } = deps;
  const app = createApp({
    ...deps,
    queues: new TrunkQueues(client),
    events: new DialerEvents(client),
    publicUrl: environment.publicUrl,
    priorityLevels: environment.priorityLevels,
    webUi: environment.temporalUiUrl ?? ownWebUi,
    temporalProblems: () => checkNamespace(client.connection, client.options.namespace),
  });
  return await listen(app, environment.host, environment.port);
}
