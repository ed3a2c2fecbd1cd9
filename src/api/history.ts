import { isGrpcServiceError } from '@temporalio/client';
import type { HistoryEvent } from '../temporal/history-events.ts';
import { type ApiDeps, step } from './context.ts';

/**
 * The events of a workflow's latest run as they are now, from the first on and as far as they are wanted: no worker is
 * asked, and no more of it is held than some events.
 *
 * @param atOnce how many events at once, at the most: one may have a megabyte
 * @throws ServiceError of a workflow that Temporal does not keep: see {@link isNotKept}
 */
export async function* readHistory(deps: ApiDeps, workflowId: string, atOnce: number): AsyncGenerator<HistoryEvent> {
  const { workflowService, options } = deps.client;
  let nextPageToken: Uint8Array | undefined;
  do {
    const answer = await step(deps, () =>
      workflowService.getWorkflowExecutionHistory({
        namespace: options.namespace,
        execution: { workflowId },
        maximumPageSize: atOnce,
        nextPageToken,
      }),
    );
    yield* answer.history?.events ?? [];
    nextPageToken = answer.nextPageToken;
  } while (nextPageToken.length > 0);
}

/** gRPC's code. */
const NOT_FOUND = 5;

/** Whether a history could not be read because Temporal does not keep it. */
export const isNotKept = (error: unknown): boolean => isGrpcServiceError(error) && (error.code as number) === NOT_FOUND;
