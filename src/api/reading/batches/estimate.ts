import type { Instant } from '../../../contract/call.ts';
import { toInstant } from '../../../domain/instant.ts';
import type { ApiDeps } from '../../context.ts';
import type { BatchRecord } from '../batch-record.ts';
import { quoted } from '../../../contract/visibility-query.ts';
import { countWorkflows } from '../visibility.ts';
import type { StatusCounts } from './add-up.ts';

/** How far back the pace of a trunk is measured, in milliseconds. */
const MEASURED_MS = 10 * 60_000;

/** Less tells nothing: a batch that has just begun has no pace yet. */
const LEAST_MEASURED_MS = 10_000;

/**
 * When the last call of a batch will have ended, at the pace at which its trunk ended calls of late.
 *
 * @param now milliseconds since the epoch
 * @returns null where no call has ended yet
 */
export async function estimateEnd(
  deps: ApiDeps,
  { facts }: Pick<BatchRecord, 'facts'>,
  counts: StatusCounts,
  now: number,
): Promise<Instant | null> {
  // Before the batch was there its trunk may have had nothing to do.
  const since = Math.max(now - MEASURED_MS, Date.parse(facts.createdTime));
  const ended = await countWorkflows(deps, endedAfterDialing(facts.orgId, facts.trunk, toInstant(since)));
  const left = facts.total - counts.Completed - counts.Failed - counts.Canceled;
  return projectEnd({ left, ended, overMs: now - since, now, notBefore: Date.parse(facts.lastScheduleTime) });
}

const endedAfterDialing = (orgId: string, trunk: string, since: Instant): string =>
  `WorkflowType = 'outboundCall' AND OrgId = ${quoted(orgId)} AND Trunk = ${quoted(trunk)}` +
  ` AND CloseTime >= '${since}' AND Disposition IS NOT NULL`;

/** @param pace all times in milliseconds, the instants since the epoch */
export function projectEnd(pace: {
  readonly left: number;
  readonly ended: number;
  readonly overMs: number;
  readonly now: number;
  readonly notBefore: number;
}): Instant | null {
  if (pace.ended === 0 || pace.overMs < LEAST_MEASURED_MS) return null;
  const end = pace.now + (pace.left * pace.overMs) / pace.ended;
  return toInstant(Math.round(Math.max(end, pace.notBefore)));
}
