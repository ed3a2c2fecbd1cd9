import pLimit from 'p-limit';
import type { Instant } from '../../../contract/call.ts';
import { foldCallHistory } from '../../../domain/call-history.ts';
import { type ApiDeps, step } from '../../context.ts';
import { readCallEvents } from '../call-events.ts';
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

/** How many histories are read at once: more only wait for Temporal. */
const HISTORIES_AT_ONCE = 16;

/** The calls of a list with what became of them, which Temporal keeps in the histories of those that ended. */
export async function viewResults(deps: ApiDeps, calls: readonly ListedCall[]): Promise<CallResultView[]> {
  const limit = pLimit(HISTORIES_AT_ONCE);
  return await Promise.all(calls.map((call) => limit(() => viewResult(deps, call))));
}

async function viewResult(deps: ApiDeps, { call, batchId, completedTime, runId }: ListedCall): Promise<CallResultView> {
  const { status, ...summary } = call;
  const hasHistory = runId !== null && completedTime !== null;
  const end = hasHistory ? await readEnd(deps, call.callId, runId) : { durationSeconds: null, recordId: null };
  return {
    ...summary,
    batchId,
    callStatus: status,
    completedTime,
    durationSeconds: end.durationSeconds,
    serverJobId: end.recordId,
    inspectorUrl: runId === null ? null : inspectorUrl(deps, call.callId, runId),
  };
}

async function readEnd(deps: ApiDeps, callId: string, runId: string) {
  const { events } = await step(deps, () => deps.client.workflow.getHandle(callId, runId).fetchHistory());
  const read = readCallEvents(events ?? []);
  return foldCallHistory(read.input.plan, read.events);
}

function inspectorUrl({ webUi, client }: ApiDeps, callId: string, runId: string): string | null {
  return webUi === null ? null : `${webUi}/namespaces/${client.options.namespace}/workflows/${callId}/${runId}/history`;
}
