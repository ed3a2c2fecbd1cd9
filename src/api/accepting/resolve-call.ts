import { checkAgentForDialer } from '../../config/dialer-checks.ts';
import { overridesOf } from '../../config/overrides.ts';
import type { AgentConfig, TrunkConfig } from '../../config/schema.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { CallFacts, OutboundOverride, Plan } from '../../contract/call.ts';
import { callerIdMistake, countryMistake } from '../../domain/allowed.ts';
import { deadlineMistake, readDeadline, readScheduledTime } from '../../domain/call-times.ts';
import { toInstant } from '../../domain/instant.ts';
import { normalizeEndpoint } from '../../domain/phone-number.ts';
import { DEFAULT_PRIORITY } from '../../domain/priority.ts';
import { hasValue, mergeVariables, parsePrompt, type Variable } from '../../domain/prompt.ts';
import { isTimeZone } from '../../domain/time-zone.ts';
import type { CallBody } from './call-body.ts';
import type { Mistakes } from './mistakes.ts';
import { RequestTimes } from './request-times.ts';

/** A call that can be accepted, its defaults filled in. */
export interface ResolvedCall {
  readonly facts: Omit<CallFacts, 'batchId'>;
  readonly plan: Plan;
  readonly normalizedEndpoint: string;
}

/** What a request's calls have in common. */
export interface Acceptance {
  readonly configuration: Configuration;
  readonly agent: AgentConfig;
  /** Milliseconds since the epoch: the moment of acceptance, the same for all calls of a request. */
  readonly now: number;
  readonly times: RequestTimes;
  /** The variables without which no call is accepted. */
  readonly required: readonly Variable[];
}

/** The acceptance of a request for an agent at `now`, milliseconds since the epoch. */
export const acceptanceOf = (configuration: Configuration, agent: AgentConfig, now: number): Acceptance => ({
  configuration,
  agent,
  now,
  times: new RequestTimes(agent.schedule, now),
  required: requiredVariables(agent),
});

function requiredVariables({ prompt, requireVariables }: AgentConfig): readonly Variable[] {
  const parsed = prompt === null || !requireVariables ? null : parsePrompt(prompt);
  return parsed?.ok ? parsed.prompt.variables : [];
}

/**
 * Fills in what a call leaves out, and plans it. Everything that its fields get wrong is added to `mistakes`, which may have
 * some already; the answer is null where there are any.
 */
export function resolveCall(body: CallBody, mistakes: Mistakes, acceptance: Acceptance): ResolvedCall | null {
  const { agent, now, times } = acceptance;
  const { endpoint } = body;
  const timezone = resolveTimezone(body, agent, mistakes);
  const trunk = resolveTrunk(body, acceptance, mistakes);
  const normalizedEndpoint = resolveEndpoint(body, acceptance, trunk, mistakes);
  const scheduled = resolveScheduledTime(body, timezone, times, mistakes);
  const deadline = resolveDeadline(body, acceptance, Math.max(now, scheduled ?? now), mistakes);
  checkVariables(body, acceptance, mistakes);
  checkCallerId(body, trunk, mistakes);
  checkOverrides(body, trunk, mistakes);
  if (mistakes.any) return null;
  // Where one of them is missing there is a mistake: only the compiler does not know.
  if (
    endpoint === undefined ||
    timezone === null ||
    trunk === null ||
    normalizedEndpoint === null ||
    deadline === null
  ) {
    return null;
  }

  const callDeadline = toInstant(deadline);
  return {
    facts: {
      orgId: agent.orgId,
      agentId: agent.agentId,
      trunk: trunk.name,
      endpoint,
      additionalData: body.additionalData ?? null,
      priority: body.priority ?? DEFAULT_PRIORITY,
      callDeadline,
      timezone,
      overrideOutboundConfig: resolveOverride(body),
      scheduledTime: scheduled === null ? null : toInstant(scheduled),
      createdTime: toInstant(now),
    },
    plan: times.plan(timezone, scheduled ?? now, callDeadline),
    normalizedEndpoint,
  };
}

function resolveTimezone({ timezone }: CallBody, agent: AgentConfig, mistakes: Mistakes): string | null {
  if (mistakes.at('timezone')) return null;
  const name = timezone ?? agent.timezone;
  if (isTimeZone(name)) return name;
  mistakes.add('timezone', 'expected an IANA time zone such as America/New_York');
  return null;
}

function resolveTrunk(body: CallBody, { configuration, agent }: Acceptance, mistakes: Mistakes): TrunkConfig | null {
  const path = 'overrideOutboundConfig.credentialsId';
  if (mistakes.at('overrideOutboundConfig', path)) return null;
  const credentialsId = body.overrideOutboundConfig?.credentialsId ?? null;
  const trunk = configuration.trunk(agent.orgId, credentialsId ?? agent.trunk);
  if (trunk === null) mistakes.add(path, 'expected the name of one of your trunks');
  else if (credentialsId !== null) checkAgent(agent, trunk, path, mistakes);
  return trunk;
}

/** An agent is made for its own trunk's provider: another one may have nobody to connect a call to. */
function checkAgent(
  { voiceAgent, ringTimeoutMs }: AgentConfig,
  trunk: TrunkConfig,
  path: string,
  mistakes: Mistakes,
): void {
  const [first] = checkAgentForDialer({ voiceAgent, ringTimeout: ringTimeoutMs }, trunk, []);
  if (first === undefined) return;
  mistakes.add(
    path,
    `cannot be used by its agent, whose \`${first.path.join('.')}\` it does not bear: ${first.message}`,
  );
}

function resolveEndpoint(
  { endpoint }: CallBody,
  { configuration, agent }: Acceptance,
  trunk: TrunkConfig | null,
  mistakes: Mistakes,
): string | null {
  if (endpoint === undefined) return null;
  // Of a trunk that is not known, only what no trunk would take is wrong.
  const possible = trunk === null ? configuration.trunksOf(agent.orgId) : [trunk];
  const endpoints = possible.some((one) => one.endpoints === 'any') ? 'any' : 'e164';
  const checked = normalizeEndpoint(endpoint, { endpoints, defaultCountry: agent.defaultCountry });
  const mistake = checked.ok ? trunk && countryMistake(checked.normalized, trunk) : checked.message;
  if (mistake !== null) mistakes.add('endpoint', mistake);
  return checked.ok ? checked.normalized : null;
}

function checkCallerId({ overrideOutboundConfig }: CallBody, trunk: TrunkConfig | null, mistakes: Mistakes): void {
  const path = 'overrideOutboundConfig.phoneNumber';
  if (trunk === null || mistakes.at(path)) return;
  const mistake = callerIdMistake(overrideOutboundConfig?.phoneNumber ?? null, trunk);
  if (mistake !== null) mistakes.add(path, mistake);
}

/** What its dialer cannot pass on, a call would be dialed without: nobody would know. */
function checkOverrides({ overrideOutboundConfig }: CallBody, trunk: TrunkConfig | null, mistakes: Mistakes): void {
  if (trunk === null) return;
  const canBe = overridesOf(trunk.dialer);
  for (const field of ['phoneNumber', 'displayName'] as const) {
    const path = `overrideOutboundConfig.${field}`;
    if (canBe[field] || overrideOutboundConfig?.[field] == null || mistakes.at(path)) continue;
    mistakes.add(
      path,
      `cannot be set on a call of its trunk, whose ${trunk.dialer.type} dialer has no way to pass it on`,
    );
  }
}

/** @param timezone null for one that is wrong: then it is not known either, and only how it is written is checked */
function resolveScheduledTime(
  { scheduledTime }: CallBody,
  timezone: string | null,
  times: RequestTimes,
  mistakes: Mistakes,
): number | null {
  if (scheduledTime == null) return null;
  const time = readScheduledTime(scheduledTime, timezone ?? 'UTC', times.parse);
  if (time.ok) return timezone === null ? null : time.at;
  mistakes.add('scheduledTime', time.message);
  return null;
}

/** @param start when the call may go out, as far as it says itself */
function resolveDeadline(
  body: CallBody,
  { agent, now, times }: Acceptance,
  start: number,
  mistakes: Mistakes,
): number | null {
  const [given, other] = (['callDeadline', 'callDeadLine'] as const).flatMap((path) => {
    const text = body[path];
    if (text == null) return [];
    const time = readDeadline(text, times.parse);
    if (time.ok) return [{ path, at: time.at }];
    mistakes.add(path, time.message);
    return [];
  });
  if (given === undefined) return start + agent.defaultDeadlineMs;
  if (other !== undefined && other.at !== given.at) {
    mistakes.add(other.path, `is another spelling of \`${given.path}\`, and the two differ: send one of them`);
  }
  const mistake = deadlineMistake(given.at, start, now);
  if (mistake !== null) mistakes.add(given.path, mistake);
  return given.at;
}

/** Where its variables have a mistake of their own, nobody can tell what is missing. */
function checkVariables({ additionalData }: CallBody, { agent, required }: Acceptance, mistakes: Mistakes): void {
  if (required.length === 0 || mistakes.at('additionalData')) return;
  const variables = mergeVariables(agent.additionalData, additionalData ?? null);
  for (const variable of required) {
    if (hasValue(variable, variables)) continue;
    mistakes.add(`additionalData.${variable.name}`, 'expected a value, which the prompt of the agent needs');
  }
}

function resolveOverride({ overrideOutboundConfig: override }: CallBody): OutboundOverride | null {
  if (override == null) return null;
  return {
    phoneNumber: override.phoneNumber ?? null,
    credentialsId: override.credentialsId ?? null,
    displayName: override.displayName ?? null,
  };
}
