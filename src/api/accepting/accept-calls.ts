import { createHash, createHmac } from 'node:crypto';
import { WithStartWorkflowOperation, WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/client';
import { v7 as uuidv7 } from 'uuid';
import type { AgentConfig } from '../../config/schema.ts';
import type { BatchInput, PageCall } from '../../contract/batch.ts';
import { batchCallId, pageId } from '../../contract/ids.ts';
import { loadPageUpdate, openPagesUpdate, sealBatchUpdate } from '../../contract/messages.ts';
import { startCallOptions } from '../../contract/start-call.ts';
import { BATCHES_QUEUE } from '../../contract/task-queues.ts';
import { maskEndpoint } from '../../domain/mask.ts';
import { priorityKey } from '../../domain/priority.ts';
import type { callBatch } from '../../workflows/call-batch.ts';
import type { outboundCall } from '../../workflows/outbound-call.ts';
import { type ApiDeps, TEMPORAL_TIMEOUT_MS } from '../context.ts';
import { paginate } from './pages.ts';
import { unavailable } from '../problem.ts';
import type { ResolvedCall } from './resolve-call.ts';

/** A batch that was accepted whole. */
export interface AcceptedBatch {
  readonly batchId: string;
  /** In the order of the request. */
  readonly calls: readonly PageCall[];
}

/** Starts one call: once this resolves, it is durable. */
export async function acceptCall(deps: ApiDeps, agent: AgentConfig, call: ResolvedCall): Promise<PageCall> {
  const accepted = toPageCall(deps, agent, call, null, uuidv7());
  await deps.client.workflow.start<typeof outboundCall>('outboundCall', startCallOptions(accepted, Date.now()));
  return accepted;
}

/**
 * Hands over the calls of one request, all or none: opens a batch, loads its pages and seals it. Until the seal no call is
 * started, so that wherever this breaks off, nothing is scheduled.
 *
 * @throws Problem 503 when the batch expired before it could be sealed
 */
export async function acceptBatch(
  deps: ApiDeps,
  agent: AgentConfig,
  resolved: readonly ResolvedCall[],
): Promise<AcceptedBatch> {
  const batchId = uuidv7();
  const calls = resolved.map((call, index) => toPageCall(deps, agent, call, batchId, batchCallId(batchId, index)));
  const pages = paginate(calls);
  try {
    await handOver(deps, batchId, agent, pages);
  } catch (error) {
    giveUp(deps, batchId);
    throw error;
  }
  return { batchId, calls };
}

async function handOver(
  deps: ApiDeps,
  batchId: string,
  agent: AgentConfig,
  pages: readonly PageCall[][],
): Promise<void> {
  const { client } = deps;
  // Each step has the whole time: as long as Temporal answers, a batch is not given up for being large.
  const step = <T>(ask: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + TEMPORAL_TIMEOUT_MS, ask);
  await step(() =>
    openBatch(deps, batchId, {
      orgId: agent.orgId,
      agentId: agent.agentId,
      createdTime: pages[0]?.[0]?.facts.createdTime ?? '',
      total: pages.reduce((sum, page) => sum + page.length, 0),
      pages: pages.length,
    }),
  );
  await Promise.all(pages.map((page, number) => step(() => loadPage(deps, pageId(batchId, number), page))));
  const answer = await step(() =>
    client.workflow.getHandle(batchId).executeUpdate(sealBatchUpdate, { updateId: 'seal' }),
  );
  if (answer === 'expired')
    throw unavailable('The batch took too long to arrive: nothing was scheduled, send it again.');
}

async function loadPage({ client }: ApiDeps, id: string, page: readonly PageCall[]): Promise<void> {
  await client.workflow.getHandle(id).executeUpdate(loadPageUpdate, { args: [page], updateId: 'load' });
}

/** How long Temporal has to hear that a batch is given up, in milliseconds: nobody waits for it. */
const GIVE_UP_TIMEOUT_MS = 10_000;

/**
 * Cancels a batch whose client is told that it failed: they send the calls again, so a seal that is still on its way must
 * not start them too. Where Temporal does not hear of it, the batch expires by itself, unless it was sealed.
 */
function giveUp({ client, log }: ApiDeps, batchId: string): void {
  client
    .withDeadline(Date.now() + GIVE_UP_TIMEOUT_MS, () =>
      client.workflow.getHandle(batchId).signal('cancelBatch', { reason: 'not accepted' }),
    )
    // It was never started, or has expired.
    .catch((error: unknown) => log.debug({ err: error, batchId }, 'a batch that was given up is not told'));
}

/** Starts the batch's workflow, and waits until its pages can be loaded. */
async function openBatch({ client }: ApiDeps, batchId: string, input: BatchInput): Promise<void> {
  await client.workflow.executeUpdateWithStart(openPagesUpdate, {
    startWorkflowOperation: new WithStartWorkflowOperation<typeof callBatch>('callBatch', {
      workflowId: batchId,
      taskQueue: BATCHES_QUEUE,
      args: [input],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      staticSummary: `${input.total} calls of ${input.agentId}`,
    }),
  });
}

function toPageCall(
  { secret, priorityLevels, configuration }: ApiDeps,
  agent: AgentConfig,
  { facts, plan, normalizedEndpoint }: ResolvedCall,
  batchId: string | null,
  callId: string,
): PageCall {
  return {
    callId,
    facts: { ...facts, batchId },
    input: {
      endpoint: normalizedEndpoint,
      plan,
      retry: agent.retry,
      onVoicemail: agent.onVoicemail,
      priorityKey: priorityKey(facts.priority, priorityLevels),
      fairnessKey: fairnessKey(facts.additionalData, batchId, agent.agentId),
      longestCallMs: longestCallMs(agent),
    },
    endpointHash: createHmac('sha256', secret).update(normalizedEndpoint).digest('base64url'),
    searchable: searchable(facts.additionalData, configuration().organization(facts.orgId)?.searchable ?? []),
    summary: `${agent.agentId} → ${maskEndpoint(facts.endpoint)}`,
  };
}

/** Beyond ringing and talking: the wait for a line and for a turn to dial, in milliseconds. */
const PLACING_MS = 15 * 60_000;

const longestCallMs = ({ ringTimeoutMs, maxDurationMs }: AgentConfig): number =>
  ringTimeoutMs + maxDurationMs + PLACING_MS;

/** Calls of one campaign share a trunk as one, however many requests it was split into. */
function fairnessKey(data: Readonly<Record<string, unknown>> | null, batchId: string | null, agentId: string): string {
  const { campaignId } = data ?? {};
  const isNamed = typeof campaignId === 'number' || (typeof campaignId === 'string' && campaignId !== '');
  const key = isNamed ? String(campaignId) : (batchId ?? agentId);
  // Temporal takes 64 bytes of well-formed UTF-8.
  const isTaken = Buffer.byteLength(key) <= 64 && Buffer.from(key).toString() === key;
  return isTaken ? key : createHash('sha256').update(key).digest('base64url');
}

/** The longest text that is searchable, in characters: Temporal's visibility stores take 255. */
const MOST_SEARCHABLE = 255;

function searchable(data: Readonly<Record<string, unknown>> | null, keys: readonly string[]): string[] {
  return keys.flatMap((key) => {
    const value = data?.[key];
    const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return isScalar ? [`${key}=${value}`.slice(0, MOST_SEARCHABLE)] : [];
  });
}
