import { defaultPayloadConverter } from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time.js';
import type { temporal } from '@temporalio/proto';
import type { Instant } from '../contract/call.ts';

/** An event of a workflow's history, and what can be read from one. */
export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads | null | undefined;

/** The update that an event brings; of a workflow that was reset, what was sent to it before is admitted anew. */
export function updateOf(event: HistoryEvent): temporal.api.update.v1.IInput | null {
  const { workflowExecutionUpdateAcceptedEventAttributes: accepted } = event;
  const { workflowExecutionUpdateAdmittedEventAttributes: admitted } = event;
  return (accepted?.acceptedRequest ?? admitted?.request)?.input ?? null;
}

/** When an event was written. */
export const timeOf = ({ eventTime }: HistoryEvent): Instant => new Date(tsToMs(eventTime)).toISOString();

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
