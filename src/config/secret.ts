import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContactRef } from '../contract/contact.ts';
import { maskEndpoint } from '../domain/mask.ts';
import type { Environment } from './environment.ts';
import { ConfigurationError } from './error.ts';

/** As long as what `OUTDIAL_SECRET` must be: a shorter file was not made by Outdial, or not whole. */
const SHORTEST_SECRET = 32;

/**
 * The secret that endpoints are hashed with: `OUTDIAL_SECRET` where it is set; else, beside Outdial's own Temporal, one
 * that is made at the first start and kept in the data directory. It has to stay the same: with another one, calls to a
 * number are no longer found.
 *
 * @throws {ConfigurationError} with another Temporal and no `OUTDIAL_SECRET`, since the processes that share it would
 * each make their own; and when the data directory cannot be used.
 */
export async function outdialSecret(
  environment: Pick<Environment, 'secret' | 'temporal' | 'dataDir'>,
): Promise<string> {
  if (environment.secret !== null) return environment.secret;
  if (environment.temporal === 'external') {
    throw new ConfigurationError('environment', [
      'Expected `OUTDIAL_SECRET` to be set, since TEMPORAL_ADDRESS or TEMPORAL_PROFILE is: at least 32 characters, ' +
        'the same in every process. `openssl rand -hex 32` makes one',
    ]);
  }
  try {
    return await keptSecret(environment.dataDir);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new ConfigurationError('environment', [
      `Expected \`OUTDIAL_DATA_DIR\` to be a folder that can be written, got \`${environment.dataDir}\` (${error.code})`,
    ]);
  }
}

/** What finds calls to an endpoint without telling it. @param endpoint normalized */
export const hashEndpoint = (secret: string, endpoint: string): string =>
  createHmac('sha256', secret).update(endpoint).digest('base64url');

/** Whom a normalized endpoint stands for in an organization. */
export const contactOf = (secret: string, orgId: string, endpoint: string): ContactRef => ({
  orgId,
  hash: hashEndpoint(secret, endpoint),
  masked: maskEndpoint(endpoint),
});

/** The secret in the data directory, made if there is none. */
async function keptSecret(dataDir: string): Promise<string> {
  const file = join(dataDir, 'secret');
  const secret = (await readIfThere(file)) ?? (await makeSecret(dataDir, file));
  if (secret.length >= SHORTEST_SECRET) return secret;
  throw new ConfigurationError('environment', [
    `Expected ${file} to hold a secret of at least ${SHORTEST_SECRET} characters, got ${secret.length}: ` +
      'put it back from a backup, or delete it to have a new one made (earlier calls are then not found by number)',
  ]);
}

/**
 * Writes a secret beside the file and links it into place: the link fails where there is a file already, and nobody ever
 * sees half of one. So of two processes that start together one wins, and both read what it wrote.
 */
async function makeSecret(dataDir: string, file: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${randomBytes(32).toString('base64url')}\n`);
      await handle.sync(); // or a power cut could leave an empty file under the final name
    } finally {
      await handle.close();
    }
    await link(draft, file).catch((error: unknown) => {
      if (!isSystemError(error) || error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  return (await readFile(file, 'utf8')).trim();
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return null;
    throw error;
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException & { code: string } =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;
