import { createHash } from 'node:crypto';
import { type Schedule, withoutZone } from '../contract/schedule.ts';
import type { TrunkRef, TrunkSettings } from '../contract/trunk.ts';
import type { Configuration } from './configuration.ts';

/** Characters of a fingerprint, of 6 bits each: no edit is ever missed, and a thousand of them are a small signal. */
const FINGERPRINT_LENGTH = 10;

/**
 * What a configuration says that the workflow of a trunk follows. A trunk that is gone from it has no agents: so all of
 * them are new to it once it is put back, and the calls that were held back meanwhile are woken.
 */
export function trunkSettings(configuration: Configuration, { orgId, trunk }: TrunkRef): TrunkSettings {
  const found = configuration.trunk(orgId, trunk);
  const agents = found === null ? [] : configuration.agents(orgId);
  return {
    callsPerSecond: found?.callsPerSecond ?? null,
    hours: Object.fromEntries(agents.map(({ agentId, schedule }) => [agentId, hoursFingerprint(schedule)])),
    disabled: agents.filter(({ isEnabled }) => !isEnabled).map(({ agentId }) => agentId),
  };
}

/** The same for the same calling hours, in every process. Their time zone is none of them: each call has its own. */
export function hoursFingerprint(schedule: Schedule | null): string {
  const text = schedule === null ? 'always open' : JSON.stringify(withoutZone(schedule));
  return createHash('sha256').update(text).digest('base64url').slice(0, FINGERPRINT_LENGTH);
}
