import proto from '@temporalio/proto';
import pLimit from 'p-limit';
import type { CallResult, Instant } from '../../../contract/call.ts';
import { type ApiDeps, step } from '../../context.ts';
import { decode } from '../../../temporal/history-events.ts';
import type { CallSummary } from '../call-view.ts';
import type { ListedCall } from '../lists/listed-call.ts';

/** A call as `POST /callresults/search` tells it. */
export interface CallResultView extends Omit<CallSummary, 'status'> {
  readonly batchId: string | null;
  readonly callStatus: CallSummary['status'];
  readonly completedTime: Instant | null;
  /** From the answer to the end; null where nobody answered, or it has not ended. */
  readonly durationSeconds: number | null;
  /** The provider's ID of the call or its recording: `recordId` of `GET /calls/{callId}`. */
  readonly serverJobId: string | null;
  /** The call in Temporal's Web UI; null while no workflow stands for it, or where the Web UI's address is not known. */
  readonly inspectorUrl: string | null;
}

const LAST_EVENT = proto.temporal.api.enums.v1.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT;

/** How many ends are read at once: more only wait for Temporal. */
const ENDS_AT_ONCE = 16;

/** The calls of a list with what became of them, which is in the last event of those that ended. */
export async function viewResults(deps: ApiDeps, calls: readonly ListedCall[]): Promise<CallResultView[]> {
  const limit = pLimit(ENDS_AT_ONCE);
  return await Promise.all(calls.map((call) => limit(() => viewResult(deps, call))));
}

async function viewResult(deps: ApiDeps, { call, batchId, completedTime, runId }: ListedCall): Promise<CallResultView> {
  const { status, ...summary } = call;
  const hasEnded = runId !== null && completedTime !== null;
  const end = hasEnded ? await readEnd(deps, call.callId, runId) : {};
  return {
    ...summary,
    batchId,
    callStatus: status,
    completedTime,
    durationSeconds: end.durationSeconds ?? null,
    serverJobId: end.recordId ?? null,
    inspectorUrl: runId === null ? null : inspectorUrl(deps, call.callId, runId),
  };
}

/** What a call's workflow ended with; of one that was cancelled natively or terminated that is nothing. */
async function readEnd(deps: ApiDeps, callId: string, runId: string): Promise<Partial<CallResult>> {
  const { options, workflowService } = deps.client;
  const { history } = await step(deps, () =>
    workflowService.getWorkflowExecutionHistory({
      namespace: options.namespace,
      execution: { workflowId: callId, runId },
      historyEventFilterType: LAST_EVENT,
    }),
  );
  const [last] = history?.events ?? [];
  return decode(last?.workflowExecutionCompletedEventAttributes?.result) ?? {};
}

function inspectorUrl({ webUi, client }: ApiDeps, callId: string, runId: string): string | null {
  return webUi === null ? null : `${webUi}/namespaces/${client.options.namespace}/workflows/${callId}/${runId}/history`;
}
