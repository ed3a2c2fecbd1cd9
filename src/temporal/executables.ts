import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `temporal` is the CLI with its server, `temporal-test-server` the one that skips time. */
export type ExecutableName = 'temporal' | 'temporal-test-server';

/** The package's root: two folders up from `src/temporal` and, compiled, from `dist/temporal`. */
const PACKAGE_ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What `scripts/setup.mjs` fetches: one file for both, so that a version is raised in one place. */
const PINS = join(PACKAGE_ROOT, 'scripts', 'executables.json');

/**
 * The path of an executable of Temporal: the pinned one that `npm run setup` put into `.bin`, else one on the `PATH`.
 * Null where there is neither.
 *
 * The test server is not looked for on the `PATH`: nobody installs it by hand, and another version skips time otherwise.
 */
export function findExecutable(name: ExecutableName, env: NodeJS.ProcessEnv = process.env): string | null {
  const pinned = join(PACKAGE_ROOT, '.bin', `${name}-${pinnedVersion(name)}`);
  if (isExecutable(pinned)) return pinned;
  if (name !== 'temporal') return null;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function pinnedVersion(name: ExecutableName): string {
  const pins = JSON.parse(readFileSync(PINS, 'utf8')) as Record<ExecutableName, { version: string }>;
  return pins[name].version;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
