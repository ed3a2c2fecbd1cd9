import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { TemporalConnection } from './connection.ts';

/** How often a server that does not answer is tried again, in milliseconds. */
const AGAIN_MS = 1_000;

/** A client that connects with its first request, and again whenever Temporal was away. */
export function createClient({ connection, namespace }: TemporalConnection): Client {
  return new Client({ connection: Connection.lazy(connection), namespace });
}

/**
 * Resolves when Temporal answers.
 *
 * @param onAway told once, when it does not answer at first
 */
export async function untilTemporalAnswers(client: Client, onAway: () => void): Promise<void> {
  let isTold = false;
  for (;;) {
    try {
      await client.withDeadline(Date.now() + 5_000, () => client.workflowService.getSystemInfo({}));
      return;
    } catch {
      if (!isTold) onAway();
      isTold = true;
      await sleep(AGAIN_MS);
    }
  }
}
