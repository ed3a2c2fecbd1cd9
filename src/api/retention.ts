import type { Client } from '@temporalio/client';

const known = new WeakMap<Client, number>();

/** How long Temporal keeps an ended call, in milliseconds: asked once. */
export async function retentionMs(client: Client): Promise<number> {
  const before = known.get(client);
  if (before !== undefined) return before;
  const { namespace } = client.options;
  const { config } = await client.workflowService.describeNamespace({ namespace });
  const asked = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) * 1_000;
  known.set(client, asked);
  return asked;
}
