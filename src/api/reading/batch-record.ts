import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { BatchFacts, BatchState, HeldCall } from '../../contract/batch.ts';
import type { Instant } from '../../contract/call.ts';
import { batchCallId, parseCallId } from '../../contract/ids.ts';
import { BATCH_STATE, UNSTARTED } from '../../contract/search-attributes.ts';
import type { BatchMemo } from '../../contract/start-batch.ts';
import { type ApiDeps, step } from '../context.ts';
import { describeWorkflow } from '../../temporal/describe-workflow.ts';

/** A batch that was accepted, as its workflow's memo and search attributes tell it: no worker is asked. */
export interface BatchRecord {
  readonly batchId: string;
  readonly facts: BatchFacts;
  readonly state: Exclude<BatchState, 'Open'>;
  /** How its workflow stands: `RUNNING`, `COMPLETED`, `TERMINATED` … */
  readonly execution: string;
  /** Calls that no workflow stands for: at most so many, since pages tell of their starts afterwards. */
  readonly unstarted: number;
  /** Since when its calls may start. */
  readonly sealedTime: Instant | null;
  /** When its workflow ended; null while it runs. */
  readonly closeTime: Date | null;
}

/** Which of an organization's batches were accepted, in the language of Temporal's visibility. */
export const ACCEPTED_BATCHES = `WorkflowType = 'callBatch' AND BatchState IN ('Starting', 'Running', 'Paused', 'Canceled') AND ExecutionStatus != 'Failed'`;

type Info = Pick<
  WorkflowExecutionInfo,
  'type' | 'workflowId' | 'status' | 'memo' | 'typedSearchAttributes' | 'closeTime'
>;

/** The batch that a workflow stands for; null for one that was never accepted, and for what is no batch. */
export function readBatch(info: Info): BatchRecord | null {
  const { batch: facts, sealedTime = null } = (info.memo ?? {}) as Partial<BatchMemo>;
  const state = info.typedSearchAttributes.get(BATCH_STATE) as BatchState | undefined;
  const wasAccepted = state !== undefined && state !== 'Open' && info.status.name !== 'FAILED';
  if (info.type !== 'callBatch' || facts === undefined || !wasAccepted) return null;
  return {
    batchId: info.workflowId,
    facts,
    state,
    execution: info.status.name,
    unstarted: info.typedSearchAttributes.get(UNSTARTED) ?? 0,
    sealedTime,
    closeTime: info.closeTime ?? null,
  };
}

/** A batch of an organization, as it stands at this moment; null where there is none. */
export async function findBatch(deps: ApiDeps, orgId: string, batchId: string): Promise<BatchRecord | null> {
  const isBatchId = parseCallId(batchCallId(batchId, 0))?.batchId === batchId;
  if (!isBatchId) return null;
  const description = await step(deps, () => describeWorkflow(deps.client, batchId));
  const batch = description === null ? null : readBatch(description);
  return batch?.facts.orgId === orgId ? batch : null;
}

/** Whether all of a batch's calls have ended. */
export const isOver = ({ execution }: Pick<BatchRecord, 'execution'>): boolean => execution !== 'RUNNING';

/** Whether it shows at once that nothing more will start of a batch; one that is paused or canceled is to be asked. */
export const hasStartedAll = (batch: BatchRecord): boolean => isOver(batch) || batch.state === 'Running';

/** What is true of a held call of this batch: a page that was terminated does not know that nothing will start. */
export function settle(batch: BatchRecord, held: HeldCall): HeldCall {
  if (!hasStartedAll(batch) || held.status === 'Canceled') return held;
  return { ...held, status: 'Canceled', reason: 'terminated', completedTime: batch.closeTime?.toISOString() ?? null };
}
