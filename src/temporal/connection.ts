import type { ConnectionOptions } from '@temporalio/client';
// A CommonJS package whose names Node cannot see from a module: hence the default import.
import envconfig from '@temporalio/envconfig';
import { SetUpError } from '../config/error.ts';

/** Where Outdial lives on a server, unless `TEMPORAL_NAMESPACE` or the profile says otherwise. */
export const DEFAULT_NAMESPACE = 'outdial';

/** Where Outdial's own server listens, unless `OUTDIAL_TEMPORAL_PORT` says otherwise. */
const OWN_ADDRESS = '127.0.0.1:7233';

/** What a client's `Connection` and a worker's `NativeConnection` both understand. */
export interface TemporalConnection {
  readonly connection: Pick<ConnectionOptions, 'address' | 'tls' | 'metadata' | 'channelArgs'> & { apiKey?: string };
  readonly namespace: string;
}

/** Which server to use, and how: see {@link connectionOptions}. */
export interface ConnectionSettings {
  /** The address of Outdial's own server, for when the environment chooses no other. @default 127.0.0.1:7233 */
  readonly ownAddress?: string;
}

/** Of the client's connection; a worker's ignores them. */
const CHANNEL_ARGS = {
  // gRPC would wait up to two minutes before it tries again: the API must recover soon after Temporal does.
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2_000,
  // Of one answer, gRPC would take 4 MiB: a call that talked several times has a history of as many transcripts.
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
};

/** The server is on this machine: a proxy in `http_proxy` cannot reach it. */
const LOCAL_CHANNEL_ARGS = { ...CHANNEL_ARGS, 'grpc.enable_http_proxy': 0 };

/** Whether the environment chooses a server, so that Outdial starts none of its own. An empty variable counts as not set. */
export function choosesServer(env: NodeJS.ProcessEnv): boolean {
  return isSet(env['TEMPORAL_ADDRESS']) || isSet(env['TEMPORAL_PROFILE']);
}

/**
 * How to connect to Temporal.
 *
 * Where `TEMPORAL_ADDRESS` or `TEMPORAL_PROFILE` chooses a server, `@temporalio/envconfig` reads all of Temporal's
 * standard variables: namespace, TLS, API key, metadata. A profile file is read only where `TEMPORAL_PROFILE` or
 * `TEMPORAL_CONFIG_FILE` names it: the API key of a profile that happens to lie in the home directory must not be sent
 * to another address. Otherwise it is Outdial's own server, and no `TEMPORAL_` variable counts.
 *
 * @throws Error in one line, when the profile does not exist or a file that is named cannot be read.
 */
export function connectionOptions(env: NodeJS.ProcessEnv, settings: ConnectionSettings = {}): TemporalConnection {
  if (!choosesServer(env)) return ownServer(settings.ownAddress ?? OWN_ADDRESS);

  const set = Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => isSet(entry[1])));
  const namesFile = 'TEMPORAL_PROFILE' in set || 'TEMPORAL_CONFIG_FILE' in set;
  try {
    const { connectionOptions: found, namespace } = envconfig.loadClientConnectConfig({
      overrideEnvVars: set,
      disableFile: !namesFile,
    });
    const { address, tls, apiKey, metadata } = found;
    return {
      // Only what is set: an address that is undefined would hide the default, localhost:7233.
      connection: {
        ...(address !== undefined && { address }),
        ...(tls !== undefined && { tls }),
        ...(apiKey !== undefined && { apiKey }),
        ...(metadata !== undefined && { metadata }),
        channelArgs: CHANNEL_ARGS,
      },
      namespace: isSet(namespace) ? namespace : DEFAULT_NAMESPACE,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new SetUpError(`The TEMPORAL_ variables cannot be used: ${reason}`, { cause: error });
  }
}

/** How to connect to Outdial's own server. */
export function ownServer(address: string): TemporalConnection {
  return { connection: { address, channelArgs: LOCAL_CHANNEL_ARGS }, namespace: DEFAULT_NAMESPACE };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
