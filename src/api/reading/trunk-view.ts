import { defaultPayloadConverter } from '@temporalio/common';
import { type Overrides, overridesOf } from '../../config/overrides.ts';
import type { TrunkConfig } from '../../config/schema.ts';
import type { Instant } from '../../contract/call.ts';
import { trunkWorkflowId } from '../../contract/ids.ts';
import type { HostReport } from '../../contract/trunk.ts';
import type { ApiDeps } from '../context.ts';
import { describeWorkflow } from '../../temporal/describe-workflow.ts';
import { countCalls } from './lists/list-calls.ts';

/** A trunk as `GET /trunks` tells it. */
export interface TrunkView {
  readonly name: string;
  readonly orgId: string;
  readonly dialer: string;
  readonly lines: number;
  readonly callsPerSecond: number | null;
  /** The only countries that it calls; null is all. */
  readonly allowedCountries: readonly string[] | null;
  /** The only caller IDs, beside its own, that a call may ask for; null is any. */
  readonly callerIds: readonly string[] | null;
  /** What a call may set on its way out: what its dialer can pass on. */
  readonly overrides: Overrides;
  /** Calls in progress, as its host last said: at most some two seconds ago. */
  readonly busy: number;
  /** Calls that wait for a line. */
  readonly queued: number;
  readonly paused: boolean;
  readonly pausedReason: string | null;
  readonly pausedSince: Instant | null;
  /** The process that hosts its lines; null while none does. */
  readonly host: string | null;
}

/** A trunk, as its queue and its host tell it. */
export async function viewTrunk(deps: ApiDeps, trunk: TrunkConfig): Promise<TrunkView> {
  const { orgId, name } = trunk;
  const [queue, host, queued] = await Promise.all([
    deps.queues.read({ orgId, trunk: name }),
    readHost(deps, orgId, name),
    // The queue's own statistics are up to five seconds old.
    countCalls(deps, { orgId, trunk: name, statuses: ['Queued'] }),
  ]);
  const paused = queue.rate === 0;
  return {
    name,
    orgId,
    dialer: trunk.dialer.type,
    lines: trunk.lines,
    callsPerSecond: trunk.callsPerSecond,
    allowedCountries: trunk.allowedCountries,
    callerIds: trunk.callerIds,
    overrides: overridesOf(trunk.dialer),
    busy: host.report?.busy ?? 0,
    queued,
    paused,
    pausedReason: paused ? queue.reason : null,
    pausedSince: paused ? (queue.since?.toISOString() ?? null) : null,
    host: host.identity,
  };
}

/** Who hosts the trunk, and what it last reported. */
async function readHost(
  { client }: ApiDeps,
  orgId: string,
  trunk: string,
): Promise<{ identity: string | null; report: HostReport | null }> {
  const description = await describeWorkflow(client, trunkWorkflowId(orgId, trunk));
  const hosting = description?.raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'hostLines');
  const details = hosting?.heartbeatDetails?.payloads?.[0];
  // An activity that waits for its next attempt has no host, whoever had it last.
  if (!hosting?.lastStartedTime || hosting.nextAttemptScheduleTime) return { identity: null, report: null };
  const report = details ? defaultPayloadConverter.fromPayload<HostReport | null>(details) : null;
  return { identity: hosting.lastWorkerIdentity ?? null, report };
}
