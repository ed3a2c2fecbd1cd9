import { v7 as uuidv7 } from 'uuid';
import type { AgentConfig } from '../../config/schema.ts';
import type { BatchFacts, PageCall } from '../../contract/batch.ts';
import { batchCallId } from '../../contract/ids.ts';
import type { ApiDeps } from '../context.ts';
import { answerBulk, type BulkAnswer } from './answers.ts';
import { giveUp, loadAndSeal, openBatch } from './hand-over.ts';
import { toPageCall } from './page-calls.ts';
import { paginate } from './pages.ts';
import { acceptanceFor, readCalls } from './read-calls.ts';
import { mapInTurns } from './turns.ts';

/** A bulk request. */
export interface BulkRequest {
  readonly orgId: string;
  readonly agentId: string;
  readonly batchName: string | null;
  readonly body: unknown;
}

/**
 * Hands over the calls of one request, all or none: opens a batch, loads its pages and seals it. Until the seal no call is
 * started, so that wherever this breaks off, nothing is scheduled.
 *
 * @throws Problem 400, 404, 409 or 413 for a request that cannot be accepted, 503 when the batch expired before its seal
 */
export async function acceptBatch(deps: ApiDeps, request: BulkRequest): Promise<BulkAnswer> {
  const batchId = uuidv7();
  const acceptance = acceptanceFor(deps, request, Date.now());
  const resolved = await readCalls(request.body, acceptance);
  const calls = await mapInTurns(resolved, (call, index) =>
    toPageCall(deps, acceptance.agent, call, batchId, batchCallId(batchId, index)),
  );
  const { loads, layout } = await paginate(calls);
  const facts = factsOf(acceptance.agent, request.batchName, calls, loads.length);
  const handOver = async (): Promise<void> => {
    await openBatch(deps, batchId, facts, layout, lastDeadline(calls));
    await loadAndSeal(deps, batchId, loads, {});
  };
  try {
    // The answer is written while Temporal works.
    const [, answer] = await Promise.all([handOver(), answerBulk(batchId, calls)]);
    return answer;
  } catch (error) {
    giveUp(deps, batchId);
    throw error;
  }
}

const factsOf = (agent: AgentConfig, name: string | null, calls: readonly PageCall[], pages: number): BatchFacts => ({
  orgId: agent.orgId,
  agentId: agent.agentId,
  trunk: agent.trunk,
  name,
  createdTime: calls[0]?.facts.createdTime ?? '',
  total: calls.length,
  pages,
  lastScheduleTime: latest(calls.map(({ input }) => input.plan.at)),
  bodyHash: null,
});

const lastDeadline = (calls: readonly PageCall[]): string => latest(calls.map(({ facts }) => facts.callDeadline));

/** Instants compare as text. */
const latest = (instants: readonly string[]): string => instants.reduce((last, one) => (one > last ? one : last), '');
