import type { WorkflowHandle } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

export type History = temporal.api.history.v1.IHistory;
export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

export const historyOf = (handle: WorkflowHandle): Promise<History> => handle.fetchHistory();

/** The attributes of every event of one kind, `activityTaskScheduled` say, in order. */
export function eventsOf<Kind extends EventKind>(history: History, kind: Kind): AttributesOf<Kind>[] {
  return (history.events ?? []).flatMap((event) => {
    const attributes = event[`${kind}EventAttributes`];
    return attributes == null ? [] : [attributes];
  });
}

type EventKind = {
  [Key in keyof HistoryEvent]: Key extends `${infer Kind}EventAttributes` ? Kind : never;
}[keyof HistoryEvent] &
  string;
type AttributesOf<Kind extends EventKind> = NonNullable<HistoryEvent[`${Kind}EventAttributes`]>;

/** Why workflow tasks failed in our code: until it is deployed anew, such a workflow goes nowhere. */
export const wedges = (history: History): string[] =>
  eventsOf(history, 'workflowTaskFailed').flatMap(({ failure, baseRunId }) =>
    // So does the server where something reaches a workflow that is about to end, which then goes on; and where it is reset.
    failure == null || failure.message === 'UnhandledCommand' || baseRunId ? [] : [failure.message ?? ''],
  );

/** The IDs of the workflows that this one started. */
export const childrenOf = (history: History): string[] =>
  eventsOf(history, 'childWorkflowExecutionStarted').map(
    ({ workflowExecution }) => workflowExecution?.workflowId ?? '',
  );

/** The activities that were scheduled, by name, in order. */
export const scheduledActivities = (history: History): string[] =>
  eventsOf(history, 'activityTaskScheduled').map(({ activityType }) => activityType?.name ?? '');
