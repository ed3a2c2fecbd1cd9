import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { type NativeConnection, Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { isCallOpen } from '../activities/call-workflow.ts';
import type { HostExecution, OpenHost } from '../activities/host-lines.ts';
import type { Contacts } from '../activities/contacts.ts';
import { createTrunkCallActivities } from '../activities/place-call.ts';
import type { TrunkHost } from '../activities/trunk-host.ts';
import type { Configuration } from '../config/configuration.ts';
import type { OnConfiguration } from '../config/configuration-file.ts';
import { trunkSettings } from '../config/trunk-settings.ts';
import { takeoverQueue, trunkQueue } from '../contract/task-queues.ts';
import { CALL_HEARTBEAT_TIMEOUT_MS, type TrunkRef } from '../contract/trunk.ts';
import type { FreezeDetector } from '../lines/freeze-detector.ts';
import { LineAdmission } from '../lines/line-admission.ts';
import { Tenure } from '../lines/tenure.ts';
import { tryDelivery } from '../webhooks/deliver.ts';
import { askPredial } from '../webhooks/predial.ts';
import { lostCalls } from './lost-calls.ts';
import { LostEnds } from './lost-ends.ts';
import { lostPages } from './lost-pages.ts';
import { takeoverWorkerOptions, trunkWorkerOptions } from './options.ts';
import { RunningWorker } from './running-worker.ts';
import { SettingsTeller } from './settings-teller.ts';
import type { Stops } from './stops.ts';
import type { TrunkParts, TrunkPartsStore } from './trunk-parts.ts';
import { CarrierWatch } from './carrier-watch.ts';

export interface LineHostDeps {
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly parts: TrunkPartsStore;
  readonly freezes: FreezeDetector;
  readonly stops: Stops;
  /** By organization. */
  readonly contacts: (orgId: string) => Contacts;
  readonly log: Logger;
  readonly configuration: () => Configuration;
  readonly onConfiguration: OnConfiguration;
}

/** How soon it is looked again whether a trunk is in the configuration that was not, in milliseconds. */
const UNKNOWN_AGAIN_MS = 3_000;

/**
 * Opens a trunk's lines in this process. It takes over first: the takeover queue is served at once, the calls that are live
 * at the carrier are counted as lines in use, and only what is left is opened to new calls.
 *
 * They follow the configuration. A trunk that is taken out of it stays hosted for the calls that it still has: those in
 * progress go on to their end, and whatever else is due is held back by the gate.
 *
 * @throws ApplicationFailure `UnknownTrunk` when this process's configuration has no such trunk: another's may, or it may
 *   be put back
 */
export async function openLineHost(deps: LineHostDeps, trunk: TrunkRef, execution: HostExecution): Promise<OpenHost> {
  const config = deps.configuration().trunk(trunk.orgId, trunk.trunk);
  if (config === null) {
    throw ApplicationFailure.create({
      message: `Trunk ${trunk.trunk} is not in the configuration`,
      type: 'UnknownTrunk',
      nextRetryDelay: UNKNOWN_AGAIN_MS,
    });
  }
  const log = deps.log.child({ orgId: trunk.orgId, trunk: trunk.trunk });
  const parts = deps.parts.of(config);
  const tenure = new Tenure(trunk.trunk, deps.freezes, () => isStillHost(deps.client, execution));
  const watch = new CarrierWatch(parts.dialer, parts.lines, (callId) => isCallOpen(deps.client, callId), log);
  const activities = createTrunkCallActivities(trunkHost(deps, trunk, parts, tenure, watch, log));

  await tenure.confirm();
  const takeovers = await startWorker(deps, takeoverWorkerOptions(takeoverQueue(trunk.orgId, trunk.trunk), activities));
  const admission = new LineAdmission(parts.lines);
  const openLines = async (): Promise<RunningWorker> => {
    await countLiveCalls(parts, watch, log);
    parts.pace.rest();
    return await startWorker(deps, trunkWorkerOptions(trunkQueue(trunk.orgId, trunk.trunk), activities, admission));
  };
  const calls = await openLines().catch(async (error: unknown) => {
    // It is tried again in a second, here or elsewhere: a Worker left behind would take events from whoever hosts it then.
    tenure.end();
    await takeovers.stop();
    admission.close();
    watch.stop();
    throw error;
  });
  // They may have changed since it was hosted last.
  const workflow = deps.client.workflow.getHandle(execution.workflowId);
  const teller = new SettingsTeller(workflow, () => trunkSettings(deps.configuration(), trunk), log);
  const stopFollowing = deps.onConfiguration(() => void teller.tell());
  void teller.tell();
  const lost = new LostEnds({ ...deps, log }, trunk, [lostCalls, lostPages]);
  log.info({ lines: config.lines, live: parts.lines.busy }, 'lines are open');
  // Once it knows that it lost the trunk, it asks for no more calls than it has been given already.
  const stopListening = deps.freezes.onFreeze(() => void tenure.confirm().catch(() => undefined));

  return {
    ended: Promise.race([aborted(tenure.lost), takeovers.ended, calls.ended]),
    report: () => ({ lines: parts.lines.capacity, busy: parts.lines.busy, waiting: parts.lines.waiting }),
    async close() {
      tenure.end();
      stopListening();
      stopFollowing();
      teller.stop();
      lost.stop();
      await Promise.all([calls.stop(), takeovers.stop()]);
      admission.close();
      watch.stop();
      log.info('lines are closed');
    },
  };
}

function trunkHost(
  deps: LineHostDeps,
  { orgId, trunk }: TrunkRef,
  parts: TrunkParts,
  tenure: Tenure,
  watch: CarrierWatch,
  log: Logger,
): TrunkHost {
  return {
    ...parts,
    client: deps.client,
    tenure,
    freezes: deps.freezes,
    batchGate: (batchId) => deps.stops.batch(batchId),
    contacts: deps.contacts(orgId),
    isPaused: () => deps.stops.isPaused({ orgId, trunk }),
    log,
    trunk: () => deps.configuration().trunk(orgId, trunk) ?? undefined,
    agent: (agentId) => deps.configuration().agent(orgId, agentId) ?? undefined,
    tellWebhook: (event) => tryDelivery(deps.configuration(), event),
    askPredial: (question) => askPredial(deps.configuration(), question),
    hear: (event) => parts.events.hear(event),
    watch: (identity) => watch.add(identity),
  };
}

const startWorker = async (
  { client, connection }: LineHostDeps,
  options: Parameters<typeof Worker.create>[0],
): Promise<RunningWorker> =>
  new RunningWorker(await Worker.create({ ...options, connection, namespace: client.options.namespace }));

async function countLiveCalls({ dialer }: TrunkParts, watch: CarrierWatch, log: Logger): Promise<void> {
  const live = await dialer.live();
  if (live === null) {
    // By then whoever was dialing has been given up by the server, and its calls are being taken over.
    log.info(`the ${dialer.describe()} cannot tell which calls are live: waits for their workers to be given up`);
    await sleep(CALL_HEARTBEAT_TIMEOUT_MS + 3_000);
    return;
  }
  for (const identity of live) watch.add(identity);
}

/** Whether the server still counts this very execution of `hostLines` as the trunk's. */
async function isStillHost(
  client: Client,
  { workflowId, runId, activityId, attempt }: HostExecution,
): Promise<boolean> {
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  return raw.pendingActivities?.some((one) => one.activityId === activityId && one.attempt === attempt) ?? false;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
