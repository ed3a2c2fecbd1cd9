import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { SetUpError } from '../config/error.ts';
import type { TemporalConnection } from './connection.ts';
import { checkNamespace } from './namespace.ts';

/** How often a server that does not answer is tried again, in milliseconds. */
const AGAIN_MS = 1_000;

/**
 * The longest pause before a failed request is sent again, in milliseconds. The SDK's own grow to 5 s, and it notices only
 * after a pause that the deadline has passed: a request with 4 s took up to 6.
 */
const LONGEST_PAUSE_MS = 200;

/** How often a request without a deadline is sent before it fails: for the 20 s that the SDK's own ten attempts take. */
const ATTEMPTS = 100;

const sdkRetries = defaultGrpcRetryOptions({ maxAttempts: ATTEMPTS });

const retryInterceptor = makeGrpcRetryInterceptor({
  ...sdkRetries,
  delayFunction: (attempt, status) => Math.min(sdkRetries.delayFunction(attempt, status), LONGEST_PAUSE_MS),
});

/** A client that connects with its first request, and again whenever Temporal was away. */
export function createClient({ connection, namespace }: TemporalConnection): Client {
  return new Client({ connection: Connection.lazy({ ...connection, interceptors: [retryInterceptor] }), namespace });
}

/**
 * Resolves when Temporal answers and has all that Outdial needs.
 *
 * @param onAway told once, when it does not answer at first
 * @throws SetUpError that names everything that is missing in the client's namespace, and how to make it
 */
export async function untilTemporalIsReady(client: Client, onAway: () => void): Promise<void> {
  let isTold = false;
  for (;;) {
    try {
      return await client.withDeadline(Date.now() + 5_000, () => requireNamespace(client));
    } catch (error) {
      if (error instanceof SetUpError) throw error;
      if (!isTold) onAway();
      isTold = true;
      await sleep(AGAIN_MS);
    }
  }
}

async function requireNamespace(client: Client): Promise<void> {
  const problems = await checkNamespace(client.connection, client.options.namespace);
  if (problems.length > 0) throw new SetUpError(problems.join('\n'));
}
