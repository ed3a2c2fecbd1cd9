import { z } from 'zod';
import { takeoverQueue, trunkQueue } from '../contract/task-queues.ts';
import { hasHours, limitSchedule } from '../domain/limit-schedule.ts';
import { checkAgentForDialer, checkTrunkForDialer } from './dialer-checks.ts';
import { duration, name } from './fields.ts';
import { hashKey } from './key-hash.ts';
import { type Mistake, type Path, pathText } from './path.ts';
import { legalHours, schedule } from './schedule-schema.ts';
import { didYouMean } from './suggestion.ts';

/**
 * What the parts of a file say about each other and cannot: a name given twice, a reference that leads nowhere, hours that
 * never meet.
 */
export function crossCheck(file: unknown): Mistake[] {
  const names = skeleton.parse(file);
  if (names === null) return [];
  return [
    ...checkOrganizations(names),
    ...checkApiKeys(names),
    ...checkTrunks(names),
    ...checkAgents(names),
    ...checkLegalHours(names),
    ...checkForDialers(names),
  ];
}

/**
 * The names in a file, read so leniently that the schema's mistakes do not stand in the way: what is not understood is
 * null here, and the schema's to report. So mistakes of shape and of reference are told together.
 */
const lenient = <Schema extends z.ZodType>(schema: Schema) => schema.nullable().catch(null);
const list = <Schema extends z.ZodType>(item: Schema) => lenient(z.array(lenient(item)));
const orgId = lenient(name).default('default');

const apiKey = z.object({ name: lenient(z.string()), key: lenient(z.string()), sha256: lenient(z.string()) });
const dialer = z.object({ type: lenient(z.string()) });
const skeleton = lenient(
  z.object({
    organizations: list(
      z.object({ orgId: lenient(name), apiKeys: list(apiKey), legalHours: lenient(legalHours).default(null) }),
    ).optional(),
    trunks: list(
      z.object({ orgId, name: lenient(name), dialer: lenient(dialer).default(null), callerId: z.unknown().optional() }),
    ),
    agents: list(
      z.object({
        orgId,
        agentId: lenient(name),
        trunk: lenient(name),
        voiceAgent: lenient(z.string()).default(null),
        schedule: lenient(schedule).default(null),
        ringTimeout: lenient(duration()).default(null),
      }),
    ),
  }),
);
type Names = NonNullable<z.output<typeof skeleton>>;

/** Every item of a list that was understood, with its path. */
function* each<Item>(items: readonly (Item | null)[] | null | undefined, ...path: Path): Generator<[Item, Path]> {
  for (const [index, item] of (items ?? []).entries()) if (item !== null) yield [item, [...path, index]];
}

/** Reports each thing that is seen a second time, in words that `message` makes of the place where it was first. */
class Duplicates {
  readonly mistakes: Mistake[] = [];
  readonly #first = new Map<string, Path>();

  see(thing: string, path: Path, message: (first: string) => string): void {
    const first = this.#first.get(thing);
    if (first === undefined) this.#first.set(thing, path);
    else this.mistakes.push({ path, message: message(pathText(first)) });
  }
}

const twice = (first: string): string => `the same as ${first}: each must have its own`;

function checkOrganizations({ organizations }: Names): Mistake[] {
  const duplicates = new Duplicates();
  for (const [{ orgId }, path] of each(organizations, 'organizations')) {
    if (orgId !== null) duplicates.see(orgId, [...path, 'orgId'], twice);
  }
  return duplicates.mistakes;
}

/** A key names its organization, so none may belong to two; its name tells it from the others of its organization. */
function checkApiKeys({ organizations }: Names): Mistake[] {
  const keys = new Duplicates();
  const keyNames = new Duplicates();
  for (const [{ apiKeys }, orgPath] of each(organizations, 'organizations')) {
    for (const [{ name, key, sha256 }, path] of each(apiKeys, ...orgPath, 'apiKeys')) {
      if (name !== null) keyNames.see(`${pathText(orgPath)} ${name}`, [...path, 'name'], twice);
      if (key !== null) keys.see(hashKey(key), [...path, 'key'], sameKey);
      else if (sha256 !== null) keys.see(sha256.toLowerCase(), [...path, 'sha256'], sameKey);
    }
  }
  return [...keys.mistakes, ...keyNames.mistakes];
}

const sameKey = (first: string): string => `the same API key as ${first}: each must have its own`;

/**
 * Trunks become task queues, joined from their organization's and their own name. So `a-b` with `c` is also `a` with
 * `b-c`; and `demo-takeover` is where calls of `demo` are taken over, without a limit of lines.
 */
function checkTrunks(names: Names): Mistake[] {
  const mistakes: Mistake[] = [];
  const queues = new Map<string, { path: Path; own: boolean }>();
  for (const [{ orgId, name }, path] of each(names.trunks, 'trunks')) {
    if (orgId === null) continue;
    mistakes.push(...checkOrgId(names, orgId, path));
    if (name === null) continue;
    const [queue, takeover] = [trunkQueue(orgId, name), takeoverQueue(orgId, name)];
    const other = queues.get(queue) ?? queues.get(takeover);
    if (other !== undefined) {
      const message = `makes the task queue of ${pathText(other.path)} (${queue}) its own: expected another name`;
      mistakes.push({ path: [...path, 'name'], message });
    }
    queues.set(queue, { path, own: true }).set(takeover, { path, own: false });
  }
  return mistakes;
}

function checkAgents(names: Names): Mistake[] {
  const duplicates = new Duplicates();
  const mistakes: Mistake[] = [];
  for (const [{ orgId, agentId, trunk }, path] of each(names.agents, 'agents')) {
    if (orgId === null) continue;
    if (agentId !== null) duplicates.see(`${orgId}/${agentId}`, [...path, 'agentId'], twice);
    const missing = checkOrgId(names, orgId, path);
    mistakes.push(...missing);
    if (missing.length === 0 && trunk !== null) mistakes.push(...checkTrunkOf(names, orgId, trunk, path));
  }
  return [...duplicates.mistakes, ...mistakes];
}

/** Says that an organization does not exist; nothing while the list of them is not understood. */
function checkOrgId({ organizations }: Names, orgId: string, path: Path): Mistake[] {
  if (organizations === null) return [];
  const known = organizations?.map((organization) => organization?.orgId ?? null) ?? ['default'];
  if (known.includes(orgId) || known.includes(null)) return [];
  const message = `no organization is called \`${orgId}\`${didYouMean(
    orgId,
    known.filter((id) => id !== null),
  )}`;
  return [{ path: [...path, 'orgId'], message }];
}

function checkTrunkOf({ trunks }: Names, orgId: string, trunk: string, path: Path): Mistake[] {
  const ofOrganization = trunks?.filter((one) => one === null || one.orgId === null || one.orgId === orgId) ?? [];
  const known = ofOrganization.map((one) => one?.name ?? null);
  if (trunks === null || known.includes(trunk) || known.includes(null)) return [];
  const message = `organization \`${orgId}\` has no trunk called \`${trunk}\``;
  return [
    {
      path: [...path, 'trunk'],
      message:
        message +
        didYouMean(
          trunk,
          known.filter((one) => one !== null),
        ),
    },
  ];
}

/** What a trunk's dialer asks of the trunk, and of the agents that call through it. */
function checkForDialers({ trunks, agents }: Names): Mistake[] {
  const ofTrunks = [...each(trunks, 'trunks')].flatMap(([trunk, path]) => checkTrunkForDialer(trunk, path));
  const ofAgents = [...each(agents, 'agents')].flatMap(([agent, path]) => {
    const trunk = trunks?.find((one) => one !== null && one.orgId === agent.orgId && one.name === agent.trunk);
    return trunk == null ? [] : checkAgentForDialer(agent, trunk, path);
  });
  return [...ofTrunks, ...ofAgents];
}

/** An agent that says itself that it never calls may be meant; one whose hours lie outside the legal ones never is. */
function checkLegalHours({ organizations, agents }: Names): Mistake[] {
  const legal = new Map(organizations?.map((one) => [one?.orgId, one?.legalHours ?? null]));
  return [...each(agents, 'agents')]
    .filter(([{ orgId, schedule }]) => {
      const limits = legal.get(orgId) ?? null;
      return schedule !== null && hasHours(schedule) && limits !== null && !hasHours(limitSchedule(schedule, limits));
    })
    .map(([, path]) => ({ path: [...path, 'schedule'], message: NEVER_MEET }));
}

const NEVER_MEET = 'expected some hours within the `legalHours` of its organization: it would never call';
