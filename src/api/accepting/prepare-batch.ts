import type { AgentConfig } from '../../config/schema.ts';
import type { BatchFacts, PageCall } from '../../contract/batch.ts';
import type { Instant } from '../../contract/call.ts';
import { batchCallId } from '../../contract/ids.ts';
import type { ApiDeps } from '../context.ts';
import { toPageCall } from './page-calls.ts';
import { type Pages, paginate } from './pages.ts';
import { acceptanceFor, readCalls } from './read-calls.ts';
import { mapInTurns } from './turns.ts';

/** A bulk request. */
export interface BulkRequest {
  readonly orgId: string;
  readonly agentId: string;
  readonly batchName: string | null;
  readonly body: unknown;
}

/** A batch that is ready to be handed over. */
export interface PreparedBatch extends Pages {
  readonly facts: BatchFacts;
  readonly lastDeadline: Instant;
  /** In the order of the request. */
  readonly calls: readonly PageCall[];
}

/**
 * A request's batch, as of now.
 *
 * @param bodyHash of a request with an `Idempotency-Key`
 * @throws Problem 400, 404, 409 or 413 for a request that cannot be accepted
 */
export async function prepareBatch(
  deps: ApiDeps,
  request: BulkRequest,
  batchId: string,
  bodyHash: string | null,
): Promise<PreparedBatch> {
  const { agent, calls } = await prepareCalls(deps, request, batchId, Date.now());
  const pages = await paginate(calls);
  const facts = factsOf(agent, calls, { name: request.batchName, pages: pages.loads.length, bodyHash });
  return { ...pages, facts, lastDeadline: latest(calls.map((call) => call.facts.callDeadline)), calls };
}

/**
 * A request's calls and their agent.
 *
 * @param now milliseconds since the epoch: when the batch was, or is, created
 * @throws Problem as `prepareBatch` does
 */
export async function prepareCalls(
  deps: ApiDeps,
  request: BulkRequest,
  batchId: string,
  now: number,
): Promise<{ agent: AgentConfig; calls: PageCall[] }> {
  const acceptance = acceptanceFor(deps, request, now);
  const { agent } = acceptance;
  const resolved = await readCalls(request.body, acceptance);
  const calls = await mapInTurns(resolved, (call, index) =>
    toPageCall(deps, agent, call, batchId, batchCallId(batchId, index)),
  );
  return { agent, calls };
}

const factsOf = (
  { orgId, agentId, trunk }: AgentConfig,
  calls: readonly PageCall[],
  more: Pick<BatchFacts, 'name' | 'pages' | 'bodyHash'>,
): BatchFacts => ({
  orgId,
  agentId,
  trunk,
  createdTime: calls[0]?.facts.createdTime ?? '',
  total: calls.length,
  lastScheduleTime: latest(calls.map(({ input }) => input.plan.at)),
  ...more,
});

/** Instants compare as text. */
const latest = (instants: readonly Instant[]): Instant => instants.reduce((last, one) => (one > last ? one : last), '');
