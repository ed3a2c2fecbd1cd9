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
 * How long the activity waits before each look at the lists, in milliseconds. Before the first, other processes may go by
 * the old configuration still, since each looks at the file by itself: until then they accept calls, and end attempts, with
 * old plans; it has to leave most of 5 s to all else. The others are for calls that were not listed in time: a busy server
 * is late with that.
 */
const LOOKS_AFTER_MS = [1_500, 5_000, 15_000];

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
 * @throws ApplicationFailure `OldConfiguration` when this process knows of other rules than those that are to count, from
 *   the first or meanwhile
 * @throws CancelledFailure when there are newer ones
 */
export async function replanCalls(
  client: Client,
  configuration: () => Configuration,
  request: ReplanRequest,
): Promise<void> {
  const replanning = new ReplanningCalls(client, configuration, request);
  replanning.requireRules();
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  try {
    for (const waitMs of LOOKS_AFTER_MS) {
      await pause(waitMs);
      await replanning.tellListed();
    }
  } finally {
    clearInterval(beat);
  }
}

class ReplanningCalls {
  readonly #client: Client;
  readonly #configuration: () => Configuration;
  readonly #request: ReplanRequest;
  /** Calls that have heard, by ID. */
  readonly #told = new Set<string>();
  /** What was found to have these rules: a version never changes, so each is compared once. */
  #compared: Configuration | null = null;

  constructor(client: Client, configuration: () => Configuration, request: ReplanRequest) {
    this.#client = client;
    this.#configuration = configuration;
    this.#request = request;
  }

  requireRules(): void {
    const { orgId, trunk, hours, enabled, rules } = this.#request;
    const configuration = this.#configuration();
    if (configuration === this.#compared) return;
    const off = new Set(rules.disabled);
    const isKnown = (agentId: string): boolean => {
      const agent = configuration.agent(orgId, agentId);
      if (agent === null || agent.isEnabled === off.has(agentId)) return false;
      return hoursFingerprint(agent.schedule) === rules.hours[agentId];
    };
    if (configuration.trunk(orgId, trunk) === null || ![...hours, ...enabled].every(isKnown)) {
      throw ApplicationFailure.retryable('This process goes by another configuration', 'OldConfiguration');
    }
    this.#compared = configuration;
  }

  /** Tells those that are listed now and have not heard. */
  async tellListed(): Promise<void> {
    const { orgId, hours, enabled } = this.#request;
    const isEnabled = (agentId: string): boolean => this.#configuration().agent(orgId, agentId)?.isEnabled ?? false;
    const heldBack = [...enabled, ...hours.filter(isEnabled)];
    for (const agents of chunks(heldBack, AGENTS_AT_ONCE)) await this.#tellWaiting(agents, WAITS_FOR_ITS_AGENT);
    for (const agents of chunks(hours, AGENTS_AT_ONCE)) await this.#tellWaiting(agents, WAITS_FOR_ITS_TIME);
  }

  async #tellWaiting(agents: readonly string[], waitingFor: readonly WaitingFor[]): Promise<void> {
    const query = [
      `WorkflowType = 'outboundCall' AND ExecutionStatus = 'Running' AND CallStatus = 'Pending'`,
      `OrgId = '${this.#request.orgId}' AND Trunk = '${this.#request.trunk}'`,
      isOneOf('AgentId', agents),
      isOneOf('WaitingFor', waitingFor),
    ].join(' AND ');
    const few: WorkflowExecutionInfo[] = [];
    for await (const call of this.#client.workflow.list({ query })) {
      if (this.#told.has(call.workflowId)) continue;
      if (few.push(call) === CALLS_AT_ONCE) await this.#tell(few.splice(0));
    }
    await this.#tell(few);
  }

  async #tell(calls: readonly WorkflowExecutionInfo[]): Promise<void> {
    Context.current().cancellationSignal.throwIfAborted();
    // Cancellation comes late: the hours that it was asked to tell may be yesterday's while newer ones are told already.
    this.requireRules();
    await Promise.all(calls.map((call) => this.#tellOne(call)));
  }

  async #tellOne({ workflowId, typedSearchAttributes }: WorkflowExecutionInfo): Promise<void> {
    const agent = this.#configuration().agent(this.#request.orgId, typedSearchAttributes.get(AGENT_ID) ?? '');
    if (agent === null) return;
    const signal: ReplanSignal = { schedule: agent.schedule === null ? null : withoutZone(agent.schedule) };
    // It may just have ended.
    await this.#client.workflow.getHandle(workflowId).signal('replanCall', signal).catch(ignoreNotFound);
    this.#told.add(workflowId);
  }
}

async function pause(ms: number): Promise<void> {
  const { cancelled, cancellationSignal } = Context.current();
  await Promise.race([sleep(ms, undefined, { signal: cancellationSignal }).catch(() => undefined), cancelled]);
}

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
