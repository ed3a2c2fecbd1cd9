import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from './configuration.ts';

/**
 * What two versions of `outdial.yaml` differ in, by name and without any value: `agent acme/reminder`,
 * `trunk acme/demo (added)`, `organization acme (removed)`.
 */
export function configurationChanges(before: Configuration, after: Configuration): string[] {
  const [old, now] = [named(before), named(after)];
  const gone = [...old.keys()].filter((name) => !now.has(name)).map((name) => `${name} (removed)`);
  const others = [...now].flatMap(([name, part]) => {
    if (!old.has(name)) return [`${name} (added)`];
    return isDeepStrictEqual(old.get(name), part) ? [] : [name];
  });
  return [...others, ...gone];
}

/** Every part of a configuration, by the name that people know it by. */
function named(configuration: Configuration): ReadonlyMap<string, unknown> {
  const { organizations, trunks } = configuration;
  return new Map<string, unknown>([
    ...organizations.map((one) => [`organization ${one.orgId}`, [one, configuration.keyHashes(one.orgId)]] as const),
    ...trunks.map((trunk) => [`trunk ${trunk.orgId}/${trunk.name}`, trunk] as const),
    ...organizations
      .flatMap(({ orgId }) => configuration.agents(orgId))
      .map((agent) => [`agent ${agent.orgId}/${agent.agentId}`, agent] as const),
  ]);
}
