import type { Instant } from '../../../contract/call.ts';
import { sealBatchUpdate } from '../../../contract/messages.ts';
import type { ApiDeps } from '../../context.ts';
import { timeOf, walkHistory } from '../history.ts';

/** When a batch was sealed; null where its history does not say. */
export async function readSealTime(deps: ApiDeps, batchId: string): Promise<Instant | null> {
  for await (const events of walkHistory(deps, batchId, 200)) {
    for (const event of events) {
      const accepted = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest;
      if (accepted?.input?.name === sealBatchUpdate.name) return timeOf(event);
    }
  }
  return null;
}
