import type { CallInput, CallResult, Plan } from '../../contract/call.ts';
import { isOutcome } from '../../contract/placement.ts';
import type { CallEvent } from '../../domain/call-history.ts';
import { decode, type HistoryEvent } from '../../temporal/history-events.ts';

const MARKER_RESULT = 'data';

/** What the events of an `outboundCall` say, and with what it was started. */
export function readCallEvents(history: readonly HistoryEvent[]): { input: CallInput; events: CallEvent[] } {
  const input = decode(history[0]?.workflowExecutionStartedEventAttributes?.input) as CallInput;
  const events: CallEvent[] = [];
  // Of the `placeCall` or `takeOver` that was scheduled last: a reset plays the signals of earlier runs again.
  let placement: unknown;
  for (const event of history) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) placement = fieldsOf(decode(scheduled.input)).placement;
    const read = readEvent(event, placement);
    if (read !== null) events.push(read);
  }
  return { input, events };
}

function readEvent(event: HistoryEvent, current: unknown): CallEvent | null {
  const signal = event.workflowExecutionSignaledEventAttributes;
  if (signal) return readSignalEvent(signal.signalName, fieldsOf(decode(signal.input)), current);

  // Besides `placeCall` and `takeOver` a call has no activity that is not local.
  const activity = event.activityTaskCompletedEventAttributes;
  if (activity) {
    const outcome = decode(activity.result);
    return isOutcome(outcome) ? { kind: 'outcome', outcome } : null;
  }

  const plan = decode(event.markerRecordedEventAttributes?.details?.[MARKER_RESULT]);
  if (isObject(plan) && typeof plan.at === 'string') return { kind: 'planned', plan: plan as unknown as Plan };

  const completed = event.workflowExecutionCompletedEventAttributes;
  if (completed) return { kind: 'completed', result: decode(completed.result) as CallResult };
  if (event.workflowExecutionCanceledEventAttributes) return { kind: 'canceled' };
  if (event.workflowExecutionTerminatedEventAttributes) return { kind: 'terminated' };
  if (event.workflowExecutionTimedOutEventAttributes) return { kind: 'failed', message: 'The workflow timed out' };
  const failed = event.workflowExecutionFailedEventAttributes;
  return failed ? { kind: 'failed', message: failed.failure?.message ?? 'The workflow failed' } : null;
}

function readSignalEvent(
  name: string | null | undefined,
  { placement, attempt, time }: Record<string, unknown>,
  current: unknown,
): CallEvent | null {
  if ((name !== 'dialing' && name !== 'answered') || typeof placement !== 'string') return null;
  if (placement !== current) return null;
  return typeof attempt === 'number' && typeof time === 'string' ? { kind: name, attempt, time } : null;
}

const fieldsOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
