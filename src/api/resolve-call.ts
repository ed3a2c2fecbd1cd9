import type { AgentConfig, TrunkConfig } from '../config/schema.ts';
import type { Configuration } from '../config/configuration.ts';
import type { CallFacts, OutboundOverride, Plan } from '../contract/call.ts';
import { toInstant } from '../domain/instant.ts';
import { normalizeEndpoint } from '../domain/phone-number.ts';
import { planCall } from '../domain/plan.ts';
import { DEFAULT_PRIORITY } from '../domain/priority.ts';
import { isTimeZone, parseDateTime } from '../domain/time-zone.ts';
import type { CallBody } from './call-body.ts';
import type { BodyMistake } from './problem.ts';

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
}

/** Fills in what a call leaves out, and plans it; or tells everything that its fields get wrong. */
export function resolveCall(
  body: CallBody,
  index: number | null,
  acceptance: Acceptance,
): ResolvedCall | BodyMistake[] {
  const { agent, now } = acceptance;
  const mistakes: BodyMistake[] = [];
  const wrong = (path: string, message: string): void => void mistakes.push({ index, path, message });

  const timezone = resolveTimezone(body, agent, wrong);
  const trunk = resolveTrunk(body, acceptance, wrong);
  const endpoint = resolveEndpoint(body, agent, trunk, wrong);
  const scheduled = timezone === null ? null : resolveScheduledTime(body, timezone, wrong);
  const deadline = resolveDeadline(body, agent, Math.max(now, scheduled ?? now), now, wrong);
  if (mistakes.length > 0 || timezone === null || trunk === null || endpoint === null || deadline === null) {
    return mistakes;
  }

  const callDeadline = toInstant(deadline);
  return {
    facts: {
      orgId: agent.orgId,
      agentId: agent.agentId,
      trunk: trunk.name,
      endpoint: body.endpoint,
      additionalData: body.additionalData ?? null,
      priority: body.priority ?? DEFAULT_PRIORITY,
      callDeadline,
      timezone,
      overrideOutboundConfig: resolveOverride(body),
      scheduledTime: scheduled === null ? null : toInstant(scheduled),
      createdTime: toInstant(now),
    },
    plan: planCall(agent.schedule, timezone, { now, notBefore: scheduled ?? now, callDeadline }),
    normalizedEndpoint: endpoint,
  };
}

type Wrong = (path: string, message: string) => void;

function resolveTimezone({ timezone }: CallBody, agent: AgentConfig, wrong: Wrong): string | null {
  const name = timezone ?? agent.timezone;
  if (isTimeZone(name)) return name;
  wrong('timezone', 'expected an IANA time zone such as America/New_York');
  return null;
}

function resolveTrunk(body: CallBody, { configuration, agent }: Acceptance, wrong: Wrong): TrunkConfig | null {
  const credentialsId = body.overrideOutboundConfig?.credentialsId ?? null;
  const trunk = configuration.trunk(agent.orgId, credentialsId ?? agent.trunk);
  if (trunk === null) wrong('overrideOutboundConfig.credentialsId', 'expected the name of one of your trunks');
  return trunk;
}

function resolveEndpoint(
  { endpoint }: CallBody,
  { defaultCountry }: AgentConfig,
  trunk: TrunkConfig | null,
  wrong: Wrong,
): string | null {
  if (trunk === null) return null;
  const checked = normalizeEndpoint(endpoint, { endpoints: trunk.endpoints, defaultCountry });
  if (checked.ok) return checked.normalized;
  wrong('endpoint', checked.message);
  return null;
}

function resolveScheduledTime({ scheduledTime }: CallBody, timezone: string, wrong: Wrong): number | null {
  if (scheduledTime == null) return null;
  const at = parseDateTime(scheduledTime, timezone);
  if (at === null) wrong('scheduledTime', 'expected a date and time, 2026-11-24T09:00 or 2026-11-24T09:00:00-05:00');
  return at;
}

/** @param start when the call may go out, as far as it says itself */
function resolveDeadline(body: CallBody, agent: AgentConfig, start: number, now: number, wrong: Wrong): number | null {
  const { callDeadline, callDeadLine } = body;
  const path = callDeadline == null && callDeadLine != null ? 'callDeadLine' : 'callDeadline';
  const text = callDeadline ?? callDeadLine;
  if (text == null) return start + agent.defaultDeadlineMs;

  const at = parseOffsetDateTime(text);
  if (at === null) {
    wrong(path, 'expected a date and time with its offset, 2026-11-24T09:00:00Z');
    return null;
  }
  if (callDeadLine != null && callDeadline != null && parseOffsetDateTime(callDeadLine) !== at) {
    wrong('callDeadLine', 'is another spelling of `callDeadline`, and the two differ: send one of them');
  }
  if (at <= now) wrong(path, 'lies in the past');
  else if (at <= start) wrong(path, 'is not after `scheduledTime`: the call could never go out');
  return at;
}

/** A deadline is an instant: one without an offset would mean another one in each time zone. */
const parseOffsetDateTime = (text: string): number | null =>
  /(?:Z|[+-]\d\d(?::?\d\d)?)$/i.test(text) ? parseDateTime(text, 'UTC') : null;

function resolveOverride({ overrideOutboundConfig: override }: CallBody): OutboundOverride | null {
  if (override == null) return null;
  return {
    phoneNumber: override.phoneNumber ?? null,
    credentialsId: override.credentialsId ?? null,
    displayName: override.displayName ?? null,
  };
}
