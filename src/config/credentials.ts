import type { Mistake, Path } from './path.ts';
import type { YamlSource } from './yaml-source.ts';

/** What a dialer's settings call its credentials, and headers that bear some. */
const CREDENTIAL = /^(apiKey|apiSecret|authToken|secret|.*(authorization|cookie|token|secret|key))$/i;

/** Whether a dialer's setting must not be shown: a credential, a header, or an address, which may hold one. */
export const isPrivateSetting = (path: Path): boolean =>
  path.includes('dialer') && path.some((key) => CREDENTIAL.test(String(key)) || /^(headers|.*url)$/i.test(String(key)));

/**
 * Refuses credentials of providers that stand in the file itself: files are committed, mailed and shown around. The values
 * are not told.
 */
export function checkCredentials(source: YamlSource): Mistake[] {
  const { trunks } = (source.value ?? {}) as { trunks?: unknown };
  if (!Array.isArray(trunks)) return [];
  return trunks.flatMap((trunk: { dialer?: unknown } | null, index) => {
    const paths = credentialsIn(trunk?.dialer, ['trunks', index, 'dialer']);
    return paths
      .filter((path) => !source.isFromEnvironment(path))
      .map((path) => ({ path, message: 'expected a credential to be taken from the environment: write ${NAME}' }));
  });
}

/** The paths of all texts below a value whose name is one of a credential. */
function credentialsIn(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null) {
    const name = String(path.at(-1));
    return typeof value === 'string' && CREDENTIAL.test(name) ? [path] : [];
  }
  return Object.entries(value).flatMap(([key, inner]) => credentialsIn(inner, [...path, key]));
}
