import { isGrpcServiceError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time.js';
import type { temporal } from '@temporalio/proto';
import type { Instant } from '../contract/call.ts';
import { toInstant } from '../domain/instant.ts';
import { type ApiDeps, step } from './context.ts';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads | null | undefined;

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

/** The update that an event brings; of a workflow that was reset, what was sent to it before is admitted anew. */
export function updateOf(event: HistoryEvent): temporal.api.update.v1.IInput | null {
  const { workflowExecutionUpdateAcceptedEventAttributes: accepted } = event;
  const { workflowExecutionUpdateAdmittedEventAttributes: admitted } = event;
  return (accepted?.acceptedRequest ?? admitted?.request)?.input ?? null;
}

/** When an event was written. */
export const timeOf = ({ eventTime }: HistoryEvent): Instant => toInstant(tsToMs(eventTime));

/** The first value of some payloads; undefined where there is none that can be read. */
export const decode = (payloads: Payloads): unknown => decodePayload(payloads?.payloads?.[0]);

/** The values of an event's memo. */
export const decodeMemo = (memo: temporal.api.common.v1.IMemo | null | undefined): Record<string, unknown> =>
  Object.fromEntries(Object.entries(memo?.fields ?? {}).map(([name, payload]) => [name, decodePayload(payload)]));

function decodePayload(payload: temporal.api.common.v1.IPayload | null | undefined): unknown {
  try {
    return payload == null ? undefined : defaultPayloadConverter.fromPayload(payload);
  } catch {
    return undefined; // An operator has sent it by hand: whoever was to read it has passed over it too.
  }
}
