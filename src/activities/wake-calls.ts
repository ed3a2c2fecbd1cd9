import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ignoreNotFound } from './call-workflow.ts';

/** How often it is looked for calls that are still held back, in milliseconds. */
const LOOK_MS = 1_000;

/**
 * How many looks in a row have to find nothing: a call that was held back in the very moment of the resume shows that only
 * once its worker, and visibility, have come to it.
 */
const QUIET_LOOKS = 15;

/**
 * Signals every call that the pause of its batch has held back, until there is none.
 *
 * @throws CancelledFailure when the batch is paused again
 */
export async function wakeCalls(client: Client, batchId: string): Promise<void> {
  const { cancelled } = Context.current();
  for (let quiet = 0; quiet < QUIET_LOOKS; quiet += 1) {
    if ((await wakeListed(client, batchId)) > 0) quiet = 0;
    Context.current().heartbeat();
    await Promise.race([sleep(LOOK_MS), cancelled]);
  }
}

async function wakeListed(client: Client, batchId: string): Promise<number> {
  const { cancellationSignal } = Context.current();
  const query = [
    `WorkflowType = 'outboundCall' AND ExecutionStatus = 'Running' AND BatchId = '${batchId}'`,
    `CallStatus = 'Pending' AND WaitingFor = 'batch-paused'`,
  ].join(' AND ');
  let woken = 0;
  for await (const { workflowId } of client.workflow.list({ query })) {
    cancellationSignal.throwIfAborted();
    Context.current().heartbeat();
    // It may just have ended.
    await client.workflow.getHandle(workflowId).signal('wakeCall').catch(ignoreNotFound);
    woken += 1;
  }
  return woken;
}
