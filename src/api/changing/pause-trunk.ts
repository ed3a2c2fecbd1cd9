import { WorkflowNotFoundError } from '@temporalio/client';
import type { TrunkConfig } from '../../config/schema.ts';
import { trunkWorkflowId } from '../../contract/ids.ts';
import type { ApiDeps } from '../context.ts';
import { type TrunkView, viewTrunk } from '../reading/trunk-view.ts';
import { lookUntil } from '../look-until.ts';

/**
 * Stops new dials on a trunk; calls in progress go on. The queue itself is told first, so that no worker has to be waited
 * for; then the trunk's workflow, which would set it to its own mind else. The answer is the trunk, paused.
 */
export async function pauseTrunk(deps: ApiDeps, trunk: TrunkConfig, reason: string): Promise<TrunkView> {
  await deps.queues.setRate(refOf(trunk), 0, reason);
  await signal(deps, trunk, 'pauseTrunk', { reason });
  return await untilPaused(deps, trunk, true);
}

/** Lets a trunk dial again. */
export async function resumeTrunk(deps: ApiDeps, trunk: TrunkConfig): Promise<TrunkView> {
  const isTold = await signal(deps, trunk, 'resumeTrunk', {});
  if (!isTold) await deps.queues.setRate(refOf(trunk), trunk.callsPerSecond, null);
  return await untilPaused(deps, trunk, false);
}

const refOf = ({ orgId, name }: TrunkConfig) => ({ orgId, trunk: name });

/** Whether the trunk's workflow hears of it: one that no worker has looked after yet has none, only its queue. */
async function signal(
  { client }: ApiDeps,
  { orgId, name }: TrunkConfig,
  kind: string,
  fields: object,
): Promise<boolean> {
  try {
    await client.workflow.getHandle(trunkWorkflowId(orgId, name)).signal(kind, fields);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** The trunk once its queue says so, or what it says when that takes too long. */
const untilPaused = (deps: ApiDeps, trunk: TrunkConfig, paused: boolean): Promise<TrunkView> =>
  lookUntil(
    () => viewTrunk(deps, trunk),
    (view) => view.paused === paused,
  );
