import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { BATCH_STATE } from '../contract/search-attributes.ts';

/** Whether a batch lets its calls go out. */
export type BatchGate = 'open' | 'paused' | 'canceled';

/**
 * Asks the server how a batch stands, which needs no worker.
 *
 * @throws ServiceError when Temporal cannot be asked
 */
export async function askBatch(client: Client, batchId: string): Promise<BatchGate> {
  try {
    const { status, typedSearchAttributes } = await client.workflow.getHandle(batchId).describe();
    if (status.name === 'TERMINATED') return 'canceled';
    const state = typedSearchAttributes.get(BATCH_STATE);
    return state === 'Paused' ? 'paused' : state === 'Canceled' ? 'canceled' : 'open';
  } catch (error) {
    // Temporal has forgotten it: its call goes on.
    if (error instanceof WorkflowNotFoundError) return 'open';
    throw error;
  }
}
