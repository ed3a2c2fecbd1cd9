import type { RawValue } from '@temporalio/common';
import {
  ActivityCancellationType,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { CallActivities } from '../activities/call-activities.ts';
import type { HostActivities } from '../activities/host-lines.ts';
import { getTrunkQuery, pauseTrunkSignal, resumeTrunkSignal, trunkSettingsSignal } from '../contract/messages.ts';
import { HOSTS_QUEUE } from '../contract/task-queues.ts';
import { HOST_HEARTBEAT_TIMEOUT_MS, type TrunkMemory, type TrunkRef, type TrunkState } from '../contract/trunk.ts';
import { readReason, readSignal } from './read-signal.ts';
import { readSettings, Replanning } from './replanning.ts';

const { hostLines } = proxyActivities<HostActivities>({
  taskQueue: HOSTS_QUEUE,
  // As long as a trunk may be hosted by one process: never reached, but Temporal wants an end.
  startToCloseTimeout: '3650 days',
  heartbeatTimeout: HOST_HEARTBEAT_TIMEOUT_MS,
  // A trunk without a host dials nothing: the next one is looked for at once, and for ever.
  retry: { initialInterval: '500ms', backoffCoefficient: 1 },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  summary: 'hosts the lines of the trunk',
});

const { configureTrunk } = proxyActivities<CallActivities>({
  startToCloseTimeout: '10s',
  retry: { maximumInterval: '5s' },
  summary: 'sets the pace of the trunk: paused, or its rate',
});

/** What a trunk's handlers and its story share. */
class TrunkLinesState {
  /** What was asked for last and is not applied yet; null where the queue keeps what it has. */
  wanted: { readonly paused: boolean; readonly reason: string | null } | null = null;
  /** Whether there is something to apply; at the start there is: the configured rate. */
  changed = true;
  applied: TrunkState = { paused: false, reason: null, since: null };
  readonly replanning: Replanning;

  constructor(memory: TrunkMemory) {
    this.replanning = new Replanning(memory);
    setHandler(pauseTrunkSignal, (raw) => this.#want(true, readReason(readSignal(raw))));
    setHandler(resumeTrunkSignal, () => this.#want(false, null));
    setHandler(trunkSettingsSignal, (raw) => this.#onSettings(raw));
    setHandler(getTrunkQuery, () => this.applied);
  }

  #onSettings(raw: RawValue | undefined): void {
    this.changed = true;
    const settings = readSettings(readSignal(raw));
    if (settings !== null) this.replanning.heed(settings);
  }

  #want(paused: boolean, reason: string | null): void {
    this.wanted = { paused, reason };
    this.changed = true;
  }
}

const NOTHING_YET: TrunkMemory = { replanning: { hours: [], enabled: [] } };

/**
 * Keeps a trunk's lines hosted, for ever: by `hostLines`, somewhere among the workers. Pausing is the queue's own, and is
 * kept there, so that it outlives this workflow.
 *
 * @param memory of the run before it; a first one has none
 */
export async function trunkLines(trunk: TrunkRef, memory: TrunkMemory = NOTHING_YET): Promise<void> {
  const state = new TrunkLinesState(memory);
  const hosting = new CancellationScope();
  const hosted = hosting.run(() => hostLines(trunk));
  try {
    await Promise.race([hosted, applySettings(state, trunk), state.replanning.run(trunk)]);
  } finally {
    // Whichever way it ends, the host has closed its lines before another may open them.
    hosting.cancel();
    await CancellationScope.nonCancellable(() => hosted.catch(ignoreCancellation));
  }
  // Asked for while the host closed its lines: the next run would not know of it.
  while (state.changed) await applySetting(state, trunk);
  await continueAsNew<typeof trunkLines>(trunk, state.replanning.memory);
}

function ignoreCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error;
}

/** Applies what is asked for, each time, until the history is long enough to begin a new one. */
async function applySettings(state: TrunkLinesState, trunk: TrunkRef): Promise<void> {
  while (!workflowInfo().continueAsNewSuggested || state.changed) {
    await condition(() => state.changed);
    await applySetting(state, trunk);
  }
}

async function applySetting(state: TrunkLinesState, trunk: TrunkRef): Promise<void> {
  const { wanted } = state;
  state.wanted = null;
  state.changed = false;
  state.applied = await configureTrunk(trunk, wanted, state.replanning.callsPerSecond);
  setCurrentDetails(state.applied.paused ? `**paused**: ${state.applied.reason ?? 'no reason given'}` : '**open**');
}
