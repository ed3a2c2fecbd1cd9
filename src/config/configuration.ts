import { readFile } from 'node:fs/promises';
import { limitSchedule } from '../domain/limit-schedule.ts';
import { checkConfiguration } from './check.ts';
import { ConfigurationError } from './error.ts';
import { hashKey } from './key-hash.ts';
import type { ParsedConfiguration } from './schema.ts';
import type { AgentConfig, ContactRules, OrganizationConfig, TrunkConfig } from './types.ts';

/**
 * The text of an `outdial.yaml`.
 *
 * @throws {ConfigurationError} when the file cannot be read.
 */
export const readConfiguration = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigurationError(path, [`the file cannot be read (${error.code ?? error.message})`]);
  });

/**
 * The configuration that the text of an `outdial.yaml` describes. `${NAME}` in a text takes a value from `env`.
 *
 * @param fileName What errors call it.
 * @throws {ConfigurationError} with every mistake at once, each with its path, reason and line. API keys, values of the
 * environment and phone numbers are never in it.
 */
export const parseConfiguration = (text: string, env: NodeJS.ProcessEnv, fileName: string): Configuration =>
  new Configuration(checkConfiguration(text, env, fileName));

/** Whom an API key belongs to. */
export interface Authenticated {
  readonly orgId: string;
  /** What the file calls the key, for logs: the key itself is not kept. */
  readonly keyName: string;
  /** Whether the key counts only for requests from the machine itself. */
  readonly loopbackOnly: boolean;
}

/**
 * One version of `outdial.yaml`, whole and without mistakes. It never changes: a new version of the file is another one.
 * Every look-up names the organization, and answers null for what belongs to another as for what does not exist.
 */
export class Configuration {
  /** All of them, in the order of the file, as in the other lists. */
  readonly organizations: readonly OrganizationConfig[];
  readonly trunks: readonly TrunkConfig[];
  readonly #organizations: ReadonlyMap<string, OrganizationConfig>;
  readonly #agents: ReadonlyMap<string, ReadonlyMap<string, AgentConfig>>;
  readonly #trunks: ReadonlyMap<string, ReadonlyMap<string, TrunkConfig>>;
  readonly #keys: ReadonlyMap<string, Authenticated>;
  readonly #keyHashes: ReadonlyMap<string, readonly string[]>;

  constructor({ organizations, trunks, agents }: ParsedConfiguration) {
    this.organizations = organizations.map(({ apiKeys: _, ...organization }) => organization);
    this.trunks = trunks;
    this.#organizations = new Map(this.organizations.map((organization) => [organization.orgId, organization]));
    const resolved = agents.map((agent) => withRulesOf(this.organization(agent.orgId), agent));
    this.#agents = byOrganization(resolved, (agent) => agent.agentId);
    this.#trunks = byOrganization(trunks, (trunk) => trunk.name);
    this.#keyHashes = new Map(organizations.map(({ orgId, apiKeys }) => [orgId, apiKeys.map(({ sha256 }) => sha256)]));
    this.#keys = new Map(
      organizations.flatMap(({ orgId, apiKeys }) =>
        apiKeys.map(({ name, sha256, loopbackOnly }) => [sha256, { orgId, keyName: name, loopbackOnly }]),
      ),
    );
  }

  organization(orgId: string): OrganizationConfig | null {
    return this.#organizations.get(orgId) ?? null;
  }

  agent(orgId: string, agentId: string): AgentConfig | null {
    return this.#agents.get(orgId)?.get(agentId) ?? null;
  }

  agents(orgId: string): readonly AgentConfig[] {
    return [...(this.#agents.get(orgId)?.values() ?? [])];
  }

  trunk(orgId: string, name: string): TrunkConfig | null {
    return this.#trunks.get(orgId)?.get(name) ?? null;
  }

  trunksOf(orgId: string): readonly TrunkConfig[] {
    return [...(this.#trunks.get(orgId)?.values() ?? [])];
  }

  /** Hashes of an organization's API keys: tells whether they have changed. */
  keyHashes(orgId: string): readonly string[] {
    return this.#keyHashes.get(orgId) ?? [];
  }

  /** Whom a presented API key belongs to; null for one that is unknown. The caller enforces `loopbackOnly`. */
  authenticate(key: string): Authenticated | null {
    return this.#keys.get(hashKey(key)) ?? null;
  }
}

/** An agent with what its organization rules: never outside its legal hours, and its contact rules where it has none. */
const withRulesOf = (organization: OrganizationConfig | null, agent: AgentConfig): AgentConfig => ({
  ...agent,
  schedule: limitSchedule(agent.schedule, organization?.legalHours ?? null),
  contactRules: mergeContactRules(agent.contactRules, organization?.contactRules ?? null),
});

function mergeContactRules(own: ContactRules | null, general: ContactRules | null): ContactRules | null {
  if (own === null || general === null) return own ?? general;
  return {
    maxAttemptsPerDay: own.maxAttemptsPerDay ?? general.maxAttemptsPerDay,
    maxAttemptsPerWeek: own.maxAttemptsPerWeek ?? general.maxAttemptsPerWeek,
  };
}

function byOrganization<Item extends { readonly orgId: string }>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
): ReadonlyMap<string, ReadonlyMap<string, Item>> {
  const all = new Map<string, Map<string, Item>>();
  for (const item of items) {
    const named = all.get(item.orgId) ?? new Map<string, Item>();
    all.set(item.orgId, named.set(nameOf(item), item));
  }
  return all;
}
