import { type Client, isGrpcServiceError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/**
 * The events of a workflow's latest run from the first on, as far as they are wanted; none of a workflow that Temporal does
 * not keep.
 *
 * @param atOnce as many are asked for at once: what follows the first may be megabytes
 */
export async function* readHistory(client: Client, workflowId: string, atOnce: number): AsyncGenerator<HistoryEvent> {
  const { namespace } = client.options;
  let nextPageToken: Uint8Array | null | undefined;
  try {
    do {
      const answer = await client.workflowService.getWorkflowExecutionHistory({
        namespace,
        execution: { workflowId },
        maximumPageSize: atOnce,
        ...(nextPageToken && { nextPageToken }),
      });
      yield* answer.history?.events ?? [];
      ({ nextPageToken } = answer);
    } while (nextPageToken?.length);
  } catch (error) {
    if (!isGrpcServiceError(error) || (error.code as number) !== NOT_FOUND) throw error;
  }
}

/** gRPC's code. */
const NOT_FOUND = 5;

/** A value of an event: the first of its payloads; undefined where there is none that can be read. */
export function decode(payloads: temporal.api.common.v1.IPayloads | null | undefined): unknown {
  return decodePayload(payloads?.payloads?.[0]);
}

/** The values of an event's memo. */
export const decodeMemo = (memo: temporal.api.common.v1.IMemo | null | undefined): Record<string, unknown> =>
  Object.fromEntries(Object.entries(memo?.fields ?? {}).map(([name, payload]) => [name, decodePayload(payload)]));

function decodePayload(payload: temporal.api.common.v1.IPayload | null | undefined): unknown {
  try {
    return payload == null ? undefined : defaultPayloadConverter.fromPayload(payload);
  } catch {
    return undefined; // An operator has sent it by hand.
  }
}
