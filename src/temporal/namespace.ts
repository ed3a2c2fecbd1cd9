import { setTimeout as wait } from 'node:timers/promises';
import { msToTs } from '@temporalio/common/lib/time.js';
import {
  GRPC,
  hasCode,
  isForbidden,
  isUsable,
  mistypedProblems,
  problemsOf,
  readNamespace,
} from './namespace-state.ts';
import type { NamespaceState, Services } from './namespace-state.ts';
import { listAttributes, WANTED_ATTRIBUTES } from './search-attribute-types.ts';
import type { WantedAttribute } from './search-attribute-types.ts';

/** How long Temporal keeps a call after its end, in a namespace that we make. */
const RETENTION_DAYS = 30;

/**
 * How long to wait until what was made can be used: each host of a cluster reads namespaces again every 10 s, and search
 * attributes once a minute at most. Outdial's own server has them at once.
 */
const USABLE_LIMIT_MS = 90_000;
const USABLE_INTERVAL_MS = 200;

/** What {@link setUpNamespace} did, and what it left for people to do; a line each. */
export interface NamespaceSetUp {
  readonly done: readonly string[];
  readonly problems: readonly string[];
}

/**
 * What keeps Outdial from working in a namespace, a line each: the namespace or search attributes that are missing, and
 * every search attribute that exists with another type. None when all is well.
 *
 * Rejects with the server's error where it cannot be reached.
 */
export async function checkNamespace(services: Services, namespace: string): Promise<string[]> {
  return problemsOf(await readNamespace(services, namespace), namespace);
}

/**
 * Makes the namespace, with 30 days' retention, and its search attributes where they are missing, and resolves when they
 * can be used. What exists is never changed: not the retention, and not the type of a search attribute, which is named
 * among the problems instead. Where the server forbids it (a managed Temporal), the problems say what to make by hand.
 *
 * Rejects with the server's error where it cannot be reached.
 */
export async function setUpNamespace(services: Services, namespace: string): Promise<NamespaceSetUp> {
  const done: string[] = [];
  const before = await readNamespace(services, namespace);
  try {
    if (before.namespace === 'missing' && (await register(services, namespace))) {
      done.push(`Made the namespace ${namespace}; calls are kept for ${RETENTION_DAYS} days after their end.`);
    }
    if (before.missing.length > 0) {
      await add(services, namespace, before.missing);
      done.push(`Added search attributes to the namespace ${namespace}: ${listAttributes(before.missing)}.`);
    }
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return { done, problems: [byHand(before, namespace), ...mistypedProblems(before, namespace)] };
  }
  if (done.length > 0) await untilUsable(services, namespace, before);
  return { done, problems: await checkNamespace(services, namespace) };
}

/** False when somebody else made it a moment ago. */
async function register(services: Services, namespace: string): Promise<boolean> {
  try {
    await services.workflowService.registerNamespace({
      namespace,
      description: 'Outdial: scheduled outbound calls',
      workflowExecutionRetentionPeriod: msToTs(`${RETENTION_DAYS} days`),
    });
    return true;
  } catch (error) {
    if (hasCode(error, GRPC.ALREADY_EXISTS)) return false;
    throw error;
  }
}

/** Adds them together; a host that has not heard of a new namespace yet is asked again. */
async function add(services: Services, namespace: string, attributes: readonly WantedAttribute[]): Promise<void> {
  const searchAttributes = Object.fromEntries(attributes.map(({ name, code }) => [name, code]));
  const limit = Date.now() + USABLE_LIMIT_MS;
  for (;;) {
    try {
      await services.operatorService.addSearchAttributes({ namespace, searchAttributes });
      return;
    } catch (error) {
      if (!hasCode(error, GRPC.NOT_FOUND) || Date.now() > limit) throw error;
    }
    await wait(USABLE_INTERVAL_MS);
  }
}

async function untilUsable(services: Services, namespace: string, before: NamespaceState): Promise<void> {
  const mistyped = before.mistyped.map(({ wanted }) => wanted.name);
  const query = WANTED_ATTRIBUTES.filter(({ name }) => !mistyped.includes(name))
    .map(({ name, literal }) => `${name} = ${literal}`)
    .join(' AND ');
  const limit = Date.now() + USABLE_LIMIT_MS;
  while (!(await isUsable(services, namespace, query))) {
    if (Date.now() > limit)
      throw new Error(`The search attributes were added, but cannot be used after ${USABLE_LIMIT_MS / 1_000} s`);
    await wait(USABLE_INTERVAL_MS);
  }
}

function byHand(state: NamespaceState, namespace: string): string {
  const wanted = [
    ...(state.namespace === 'missing' ? [`the namespace ${namespace} with ${RETENTION_DAYS} days' retention`] : []),
    ...(state.missing.length > 0 ? [`its search attributes ${listAttributes(state.missing)}`] : []),
  ];
  return `The server does not let Outdial make this; make it by hand (in a managed Temporal, with its Web console): ${wanted.join(', and ')}.`;
}
