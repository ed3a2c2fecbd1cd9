import { isGrpcServiceError } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { listAttributes, typeTitle, WANTED_ATTRIBUTES } from './search-attribute-types.ts';
import type { WantedAttribute } from './search-attribute-types.ts';

/** The services that set-up needs of a client's `Connection`. */
export type Services = Pick<Connection, 'workflowService' | 'operatorService'>;

/** Codes of gRPC that are handled here. */
export const GRPC = { INVALID_ARGUMENT: 3, NOT_FOUND: 5, ALREADY_EXISTS: 6, PERMISSION_DENIED: 7, UNAUTHENTICATED: 16 };

/** How a server says that an operation is not for us: a managed Temporal forbids its operator service, or lacks it. */
const FORBIDDEN = [GRPC.PERMISSION_DENIED, GRPC.UNAUTHENTICATED, 12 /* UNIMPLEMENTED */];

export function hasCode(error: unknown, ...codes: readonly number[]): boolean {
  return isGrpcServiceError(error) && codes.includes(error.code);
}

export const isForbidden = (error: unknown): boolean => hasCode(error, ...FORBIDDEN);

/** What a namespace has of what Outdial needs. */
export interface NamespaceState {
  /** `unknown`: we may not ask. */
  readonly namespace: 'present' | 'missing' | 'unknown';
  /** Whether it has activities without workflows, which hand on what providers tell; true where we may not ask. */
  readonly hasActivities: boolean;
  readonly missing: readonly WantedAttribute[];
  /** One that exists with another type; `found` is null where the server does not say which. */
  readonly mistyped: readonly { readonly wanted: WantedAttribute; readonly found: string | null }[];
}

const NOTHING: NamespaceState = { namespace: 'missing', hasActivities: true, missing: WANTED_ATTRIBUTES, mistyped: [] };

/** Reads what is there. Rejects with the server's error where it cannot be reached. */
export async function readNamespace(services: Services, namespace: string): Promise<NamespaceState> {
  let known: Pick<NamespaceState, 'namespace' | 'hasActivities'> = { namespace: 'unknown', hasActivities: true };
  try {
    const { namespaceInfo } = await services.workflowService.describeNamespace({ namespace });
    known = { namespace: 'present', hasActivities: namespaceInfo?.capabilities?.standaloneActivities === true };
  } catch (error) {
    if (hasCode(error, GRPC.NOT_FOUND)) return NOTHING;
    if (!isForbidden(error)) throw error;
  }
  try {
    const { customAttributes } = await services.operatorService.listSearchAttributes({ namespace });
    return { ...known, ...compare(customAttributes) };
  } catch (error) {
    if (hasCode(error, GRPC.NOT_FOUND)) return NOTHING;
    if (!isForbidden(error)) throw error;
    return { ...known, ...(await probeAll(services, namespace)) };
  }
}

type Attributes = Pick<NamespaceState, 'missing' | 'mistyped'>;

function compare(found: Readonly<Record<string, number | null | undefined>>): Attributes {
  return {
    missing: WANTED_ATTRIBUTES.filter(({ name }) => found[name] == null),
    mistyped: WANTED_ATTRIBUTES.flatMap((wanted) => {
      const code = found[wanted.name];
      return code == null || code === wanted.code ? [] : [{ wanted, found: typeTitle(code) }];
    }),
  };
}

/** Where the list is forbidden, queries tell: an attribute that is missing or of another type makes one invalid. */
async function probeAll(services: Services, namespace: string): Promise<Attributes> {
  const missing: WantedAttribute[] = [];
  const mistyped: { wanted: WantedAttribute; found: null }[] = [];
  for (const wanted of WANTED_ATTRIBUTES) {
    if (await isUsable(services, namespace, `${wanted.name} = ${wanted.literal}`)) continue;
    if (await isUsable(services, namespace, `${wanted.name} IS NULL`)) mistyped.push({ wanted, found: null });
    else missing.push(wanted);
  }
  return { missing, mistyped };
}

/** Whether the server accepts a visibility query. */
export async function isUsable(services: Services, namespace: string, query: string): Promise<boolean> {
  try {
    await services.workflowService.countWorkflowExecutions({ namespace, query });
    return true;
  } catch (error) {
    if (hasCode(error, GRPC.INVALID_ARGUMENT, GRPC.NOT_FOUND)) return false;
    throw error;
  }
}

const NO_ACTIVITIES =
  'The server has no standalone activities, by which Outdial hands on what voice platforms tell: run Temporal 1.32 or later, or 1.31 with `activity.enableStandalone: true` in its dynamic configuration';

/** What keeps Outdial from working there, a line each. */
export function problemsOf(state: NamespaceState, namespace: string): string[] {
  if (state.namespace === 'missing') return [`The namespace ${namespace} does not exist.`];
  const missing = `Search attributes are missing in the namespace ${namespace}: ${listAttributes(state.missing)}.`;
  return [
    ...(state.hasActivities ? [] : [`${NO_ACTIVITIES} (namespace ${namespace}).`]),
    ...(state.missing.length > 0 ? [missing] : []),
    ...mistypedProblems(state, namespace),
  ];
}

/** Those that set-up cannot mend. */
export function mistypedProblems(state: NamespaceState, namespace: string): string[] {
  return state.mistyped.map(({ wanted, found }) => {
    const type = found === null ? 'has another type' : `is of type ${found}`;
    return `The search attribute ${wanted.name} of the namespace ${namespace} ${type}, and Outdial needs ${wanted.title}: it is left as it is, so remove it by hand, or name another namespace in TEMPORAL_NAMESPACE.`;
  });
}
