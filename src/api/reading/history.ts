import { defaultPayloadConverter } from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time.js';
import type { temporal } from '@temporalio/proto';
import type { Instant } from '../../contract/call.ts';
import { toInstant } from '../../domain/instant.ts';
import { type ApiDeps, step } from '../context.ts';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
export type Payloads = temporal.api.common.v1.IPayloads | null | undefined;

/**
 * The events of a workflow's history as it is now, some at a time: no worker is asked, and no more of it is held than
 * that.
 *
 * @param some how many events at once, at the most
 */
export async function* walkHistory(
  deps: ApiDeps,
  workflowId: string,
  some: number,
): AsyncGenerator<readonly HistoryEvent[]> {
  const { workflowService, options } = deps.client;
  let nextPageToken: Uint8Array | undefined;
  do {
    const answer = await step(deps, () =>
      workflowService.getWorkflowExecutionHistory({
        namespace: options.namespace,
        execution: { workflowId },
        maximumPageSize: some,
        nextPageToken,
      }),
    );
    yield answer.history?.events ?? [];
    nextPageToken = answer.nextPageToken;
  } while (nextPageToken.length > 0);
}

/** When an event was written. */
export const timeOf = ({ eventTime }: HistoryEvent): Instant => toInstant(tsToMs(eventTime));

/** The first value of some payloads; undefined where there is none that can be read. */
export function decode(payloads: Payloads): unknown {
  const payload = payloads?.payloads?.[0];
  if (payload == null) return undefined;
  try {
    return defaultPayloadConverter.fromPayload(payload);
  } catch {
    return undefined; // A signal that an operator sent by hand: the workflow has passed over it too.
  }
}
