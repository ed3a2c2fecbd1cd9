import type { Mistake, Path } from './path.ts';
import type { YamlSource } from './yaml-source.ts';

/** What a dialer's settings call its credentials, and headers that bear some. */
const CREDENTIAL = /^.*(auth|authorization|cookie|token|secret|key|password|passwd|credentials?)$/i;

/** An address with a password in it, or with a credential in its query. */
const HAS_PASSWORD = /^[a-z][a-z0-9+.-]*:(\/\/)?[^\s/?#@:]*:[^\s/?#@]*@/i;
const inQuery = (text: string): string[] => [...text.matchAll(/[?&]([^=&#]+)=[^&#]/g)].map(([, name = '']) => name);

const bearsCredential = (text: string): boolean =>
  HAS_PASSWORD.test(text) || inQuery(text).some((name) => CREDENTIAL.test(name));

/** Whether a dialer's setting must not be shown: a credential, a header, or an address, which may hold one. */
export const isPrivateSetting = (path: Path): boolean =>
  path.at(-1) === 'voiceAgent' ||
  (path.includes('dialer') &&
    path.some((key) => CREDENTIAL.test(String(key)) || /^(headers|.*url)$/i.test(String(key))));

/**
 * Refuses credentials of providers that stand in the file itself: files are committed, mailed and shown around. The values
 * are not told.
 */
export function checkCredentials(source: YamlSource): Mistake[] {
  const { trunks, agents } = (source.value ?? {}) as { trunks?: unknown; agents?: unknown };
  const paths = [...fieldOfEach(trunks, 'trunks', 'dialer'), ...fieldOfEach(agents, 'agents', 'voiceAgent')];
  return paths
    .filter((path) => !source.isFromEnvironment(path))
    .map((path) => ({ path, message: 'expected a credential to be taken from the environment: write ${NAME}' }));
}

function fieldOfEach(list: unknown, name: string, field: string): Path[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: Record<string, unknown> | null, index) =>
    credentialsIn(one?.[field], [name, index, field]),
  );
}

/** The paths of all texts below a value whose name is one of a credential, or that are addresses with one in them. */
function credentialsIn(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null) {
    const name = String(path.at(-1));
    return typeof value === 'string' && (CREDENTIAL.test(name) || bearsCredential(value)) ? [path] : [];
  }
  return Object.entries(value).flatMap(([key, inner]) => credentialsIn(inner, [...path, key]));
}
