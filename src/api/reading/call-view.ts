import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { HeldCall } from '../../contract/batch.ts';
import {
  type CallFacts,
  type CallProgress,
  type CallResult,
  type CallStatus,
  type Instant,
  isEnd,
} from '../../contract/call.ts';
import { pageId, parseCallId } from '../../contract/ids.ts';
import { getCallQuery, getHeldCallQuery, getPageOfQuery } from '../../contract/messages.ts';
import type { CallMemo } from '../../contract/start-call.ts';
import type { CallOutcome } from '../../contract/webhook.ts';
import { toInstant } from '../../domain/instant.ts';
import { type EndedCall, foldCallHistory } from '../../domain/call-history.ts';
import { type BatchRecord, findBatch, settle } from './batch-record.ts';
import { readCallEvents } from './call-events.ts';
import type { ApiDeps } from '../context.ts';
import { describeWorkflow } from '../../temporal/describe-workflow.ts';
import { terminatedTime } from './terminated-page.ts';
import { lookUntil } from '../look-until.ts';
import { notFound } from '../problem.ts';
import { retentionMs } from '../retention.ts';

/** What every answer about a call has. */
export interface CallSummary {
  readonly callId: string;
  readonly orgId: string;
  readonly agentId: string;
  readonly endpoint: string;
  readonly additionalData: Readonly<Record<string, unknown>> | null;
  readonly priority: number;
  readonly callDeadline: Instant;
  readonly timezone: string;
  readonly overrideOutboundConfig: CallFacts['overrideOutboundConfig'];
  readonly createdTime: Instant;
  readonly status: CallStatus;
  readonly nextScheduleTime: Instant;
}

/** A call as `GET /calls/{callId}` tells it. */
export interface CallView
  extends CallSummary, Omit<EndedCall, 'cancelRequested' | 'hangupRequested' | 'outcome' | 'result'> {
  readonly batchId: string | null;
  readonly completedTime: Instant | null;
  readonly expiresAt: Instant | null;
  readonly result: CallOutcome | null;
}

/** The fields that a call is accepted with. */
export function summarize(
  callId: string,
  facts: CallFacts,
  status: CallStatus,
  nextScheduleTime: Instant,
): CallSummary {
  const { orgId, agentId, endpoint, additionalData, priority, callDeadline, timezone, createdTime } = facts;
  const { overrideOutboundConfig } = facts;
  return {
    endpoint,
    callId,
    orgId,
    agentId,
    createdTime,
    status,
    nextScheduleTime,
    additionalData,
    priority,
    callDeadline,
    timezone,
    overrideOutboundConfig,
  };
}

/**
 * A call and all that is known of it.
 *
 * @throws Problem 404 when the organization has no such call
 */
export async function viewCall(deps: ApiDeps, orgId: string, callId: string): Promise<CallView> {
  const view =
    (await viewStartedCall(deps, orgId, callId)) ??
    (await viewHeldCall(deps, orgId, callId)) ??
    // Its page may have started it between the two looks.
    (await viewStartedCall(deps, orgId, callId));
  if (view === null) throw notFound('such call');
  return view;
}

async function viewStartedCall(deps: ApiDeps, orgId: string, callId: string): Promise<CallView | null> {
  const found = await describeCall(deps, orgId, callId);
  if (found === null) return null;
  const { description, facts } = found;
  if (!isOpen(description)) return await viewEndedCall(deps, callId, facts, description, null);
  const progress = await deps.client.workflow.getHandle(callId).query(getCallQuery);
  if (hasEnded(progress)) return await viewEndingCall(deps, orgId, callId, progress);
  return view(callId, facts, await withPause(deps, facts, progress), null);
}

/** How long a workflow is waited for whose call has ended, in milliseconds: one that tells a webhook may take longer. */
const ENDING_MS = 500;

/** A call that has ended, and whose workflow is about to: as its lists have it, if that comes soon. */
async function viewEndingCall(
  deps: ApiDeps,
  orgId: string,
  callId: string,
  { result = null }: CallProgress,
): Promise<CallView | null> {
  const found = await lookUntil(
    () => describeCall(deps, orgId, callId),
    (seen) => seen === null || !isOpen(seen.description),
    // Workers of earlier versions do not tell its result before.
    { timeoutMs: result === null ? Infinity : ENDING_MS, lookMs: 20 },
  );
  if (found === null) return null;
  const { description, facts } = found;
  return await viewEndedCall(deps, callId, facts, description, isOpen(description) ? result : null);
}

const isOpen = ({ status }: WorkflowExecutionDescription): boolean => status.name === 'RUNNING';

/** Whether nothing more will become of a call. */
export const hasEnded = ({ status }: Pick<CallProgress, 'status'>): boolean => isEnd(status);

/** A queued call does not know that its trunk or its batch is paused: the queue does, and the batch. */
async function withPause(deps: ApiDeps, facts: CallFacts, progress: CallProgress): Promise<CallProgress> {
  if (progress.status !== 'Queued') return progress;
  const { orgId, batchId } = facts;
  const [{ rate }, batch] = await Promise.all([
    deps.queues.read(facts),
    batchId === null ? null : findBatch(deps, orgId, batchId),
  ]);
  if (rate === 0) return { ...progress, waitingFor: { for: 'trunk-paused', until: null } };
  return batch?.state === 'Paused' ? { ...progress, waitingFor: { for: 'batch-paused', until: null } } : progress;
}

/** A call's workflow and its facts; null where there is none, or it is another organization's. */
export async function describeCall(
  { client }: ApiDeps,
  orgId: string,
  callId: string,
): Promise<{ description: WorkflowExecutionDescription; facts: CallFacts } | null> {
  const description = await describeWorkflow(client, callId);
  if (description?.type !== 'outboundCall') return null;
  // One that somebody started by hand may have no memo.
  const { call } = (description.memo ?? {}) as Partial<CallMemo>;
  return call?.orgId === orgId ? { description, facts: call } : null;
}

/**
 * The page that holds a call whose workflow has not started, and the call; null where there is none. The batch knows which
 * page that is: the index does not tell, since pages are filled in order of schedule time.
 */
export async function findHeldCall(
  deps: ApiDeps,
  orgId: string,
  callId: string,
): Promise<{ page: string; held: HeldCall; batch: BatchRecord } | null> {
  const { batchId, index } = parseCallId(callId) ?? {};
  if (batchId === undefined || index === undefined) return null;
  const batch = await findBatch(deps, orgId, batchId);
  // Where all have started there is nothing to ask, which of a batch that is over would cost a replay.
  if (batch === null || batch.unstarted === 0) return null;
  const number = await deps.client.workflow.getHandle(batchId).query(getPageOfQuery, index);
  if (number === null) return null;
  const page = pageId(batchId, number);
  const terminated = await terminatedTime(deps, page);
  const asked = [callId, toInstant(Date.now()), terminated] as const;
  const held = await deps.client.workflow.getHandle(page).query(getHeldCallQuery, ...asked);
  return held === null ? null : { page, held: settle(batch, held), batch };
}

async function viewHeldCall(deps: ApiDeps, orgId: string, callId: string): Promise<CallView | null> {
  const found = await findHeldCall(deps, orgId, callId);
  if (found === null) return null;
  const { facts, input, status, reason, completedTime } = found.held;
  const canceled = status === 'Canceled';
  const waitingFor = found.batch.state === 'Paused' ? 'batch-paused' : 'start';
  return view(
    callId,
    facts,
    {
      status,
      reason,
      nextScheduleTime: input.plan.at,
      attempts: [],
      waitingFor: canceled ? null : { for: waitingFor, until: null },
      cancelRequested: canceled,
      hangupRequested: false,
    },
    { completedTime, expiresAt: null },
  );
}

async function viewEndedCall(
  deps: ApiDeps,
  callId: string,
  facts: CallFacts,
  { closeTime }: WorkflowExecutionDescription,
  result: CallResult | null,
): Promise<CallView> {
  const { events: history = [] } = await deps.client.workflow.getHandle(callId).fetchHistory();
  const { input, events } = readCallEvents(history ?? []);
  const ended = foldCallHistory(input.plan, result === null ? events : [...events, { kind: 'completed', result }]);
  const expiresAt = closeTime === undefined ? null : closeTime.getTime() + (await retentionMs(deps.client));
  return view(callId, facts, ended, {
    // The time that lists go by, once there is one.
    completedTime: closeTime?.toISOString() ?? result?.completedTime ?? null,
    expiresAt: expiresAt === null ? null : toInstant(expiresAt),
  });
}

function view(
  callId: string,
  facts: CallFacts,
  progress: CallProgress & Partial<EndedCall>,
  end: { completedTime: Instant | null; expiresAt: Instant | null } | null,
): CallView {
  return {
    ...summarize(callId, facts, progress.status, progress.nextScheduleTime),
    batchId: facts.batchId,
    reason: progress.reason,
    errorMessage: progress.errorMessage ?? null,
    recordId: progress.recordId ?? null,
    completedTime: end?.completedTime ?? null,
    expiresAt: end?.expiresAt ?? null,
    durationSeconds: progress.durationSeconds ?? null,
    transcription: progress.transcription ?? null,
    result: progress.outcome ?? null,
    attempts: progress.attempts,
    waitingFor: progress.waitingFor,
  };
}
