import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { Configuration } from '../config/configuration.ts';
import { hoursFingerprint } from '../config/trunk-settings.ts';
import { WAITS_FOR_ITS_AGENT, WAITS_FOR_ITS_TIME, type WaitingFor } from '../contract/call.ts';
import { type Schedule, withoutZone } from '../contract/schedule.ts';
import { AGENT_ID } from '../contract/search-attributes.ts';
import type { ReplanRequest } from '../contract/trunk.ts';
import { isOneOf } from '../contract/visibility-query.ts';
import { ignoreNotFound } from './call-workflow.ts';

/**
 * How long other processes may go by the old configuration, in milliseconds, since each looks at the file by itself: until
 * then they accept calls, and end attempts, with old plans. It has to leave most of 5 s to all else.
 */
const OLD_PLANS_MS = 1_500;

/** When it is looked once more for calls that were accepted with an old plan and had not been listed, in milliseconds. */
const LATE_LOOK_MS = 5_000;

/** How many agents are asked for in one list. */
const AGENTS_AT_ONCE = 50;

/** How many calls are told at once: few enough that the server has time for calls that are dialed. */
const CALLS_AT_ONCE = 5;

/** How often the activity says that it is there, and hears whether it is still wanted, in milliseconds. */
const HEARTBEAT_MS = 1_000;

/** What the calls of an agent are told: their calling hours. */
interface ReplanSignal {
  readonly schedule: Schedule | null;
}

/**
 * Tells every waiting call of the agents what its calling hours are now, so that it works out its plan anew.
 *
 * @throws ApplicationFailure `OldConfiguration` when this process knows of other rules than those that are to count
 * @throws CancelledFailure when there are newer ones
 */
export async function replanCalls(client: Client, configuration: Configuration, request: ReplanRequest): Promise<void> {
  requireRules(configuration, request);
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  const lately = new Date(Date.now() - OLD_PLANS_MS);
  try {
    await pause(OLD_PLANS_MS);
    await replanListed(client, configuration, request);
    await pause(LATE_LOOK_MS);
    await replanListed(client, configuration, request, lately);
  } finally {
    clearInterval(beat);
  }
}

function requireRules(configuration: Configuration, { orgId, trunk, hours, enabled, rules }: ReplanRequest): void {
  const off = new Set(rules.disabled);
  const isKnown = (agentId: string): boolean => {
    const agent = configuration.agent(orgId, agentId);
    if (agent === null || agent.isEnabled === off.has(agentId)) return false;
    return hoursFingerprint(agent.schedule) === rules.hours[agentId];
  };
  if (configuration.trunk(orgId, trunk) !== null && [...hours, ...enabled].every(isKnown)) return;
  throw ApplicationFailure.retryable('This process goes by another configuration', 'OldConfiguration');
}

/** @param since those alone that started then, or later */
async function replanListed(
  client: Client,
  configuration: Configuration,
  { orgId, trunk, hours, enabled }: ReplanRequest,
  since?: Date,
): Promise<void> {
  const isEnabled = (agentId: string): boolean => configuration.agent(orgId, agentId)?.isEnabled ?? false;
  const heldBack = [...enabled, ...hours.filter(isEnabled)];
  const lists: (readonly [string[], readonly WaitingFor[]])[] = [
    ...chunks(heldBack, AGENTS_AT_ONCE).map((agents) => [agents, WAITS_FOR_ITS_AGENT] as const),
    ...chunks(hours, AGENTS_AT_ONCE).map((agents) => [agents, WAITS_FOR_ITS_TIME] as const),
  ];
  const schedules = new Map(
    [...hours, ...enabled].map((agentId) => [agentId, configuration.agent(orgId, agentId)?.schedule ?? null]),
  );
  for (const [agents, waitingFor] of lists) {
    const query = [
      `WorkflowType = 'outboundCall' AND ExecutionStatus = 'Running' AND CallStatus = 'Pending'`,
      `OrgId = '${orgId}' AND Trunk = '${trunk}'`,
      isOneOf('AgentId', agents),
      isOneOf('WaitingFor', waitingFor),
      ...(since === undefined ? [] : [`StartTime >= '${since.toISOString()}'`]),
    ].join(' AND ');
    await tellListed(client, query, schedules);
  }
}

async function tellListed(
  client: Client,
  query: string,
  schedules: ReadonlyMap<string, Schedule | null>,
): Promise<void> {
  const { cancellationSignal } = Context.current();
  const few: WorkflowExecutionInfo[] = [];
  const tellThem = async (): Promise<void> => {
    cancellationSignal.throwIfAborted();
    await Promise.all(few.splice(0).map((call) => tell(client, call, schedules)));
  };
  for await (const call of client.workflow.list({ query })) {
    if (few.push(call) === CALLS_AT_ONCE) await tellThem();
  }
  await tellThem();
}

async function tell(
  client: Client,
  { workflowId, typedSearchAttributes }: WorkflowExecutionInfo,
  schedules: ReadonlyMap<string, Schedule | null>,
): Promise<void> {
  const schedule = schedules.get(typedSearchAttributes.get(AGENT_ID) ?? '');
  if (schedule === undefined) return;
  const signal: ReplanSignal = { schedule: schedule === null ? null : withoutZone(schedule) };
  // It may just have ended.
  await client.workflow.getHandle(workflowId).signal('replanCall', signal).catch(ignoreNotFound);
}

async function pause(ms: number): Promise<void> {
  const { cancelled, cancellationSignal } = Context.current();
  await Promise.race([sleep(ms, undefined, { signal: cancellationSignal }).catch(() => undefined), cancelled]);
}

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
