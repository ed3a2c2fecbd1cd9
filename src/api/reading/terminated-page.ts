import type { Instant } from '../../contract/call.ts';
import { describeWorkflow } from '../../temporal/describe-workflow.ts';
import { type ApiDeps, step } from '../context.ts';

/**
 * When a page ended without having started all of its calls, since an operator terminated it or it failed: it does not know
 * that itself. Null of any other.
 */
export async function terminatedTime(deps: ApiDeps, page: string): Promise<Instant | null> {
  const found = await step(deps, () => describeWorkflow(deps.client, page));
  const isCutShort = found !== null && !ENDS_BY_ITSELF.has(found.status.name);
  return isCutShort ? (found.closeTime?.toISOString() ?? null) : null;
}

const ENDS_BY_ITSELF: ReadonlySet<string> = new Set(['RUNNING', 'COMPLETED']);
