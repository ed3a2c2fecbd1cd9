import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/config/error.ts';
import { outdialSecret } from '../../src/config/secret.ts';

let root: string;
let dataDir: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'outdial-'));
  dataDir = join(root, 'not', 'yet', 'there');
});
afterEach(() => rmSync(root, { recursive: true }));

const embedded = () => ({ secret: null, temporal: 'embedded', dataDir }) as const;

describe('the secret', () => {
  it('is the one of the environment, and then no file is made', async () => {
    const secret = 'x'.repeat(40);
    await expect(outdialSecret({ ...embedded(), secret })).resolves.toBe(secret);
    await expect(outdialSecret({ secret, temporal: 'external', dataDir })).resolves.toBe(secret);
    expect(existsSync(dataDir)).toBe(false);
  });

  it('is made once, kept for its owner alone, and the same ever after', async () => {
    const made = await outdialSecret(embedded());
    expect(made.length).toBeGreaterThanOrEqual(32);
    expect(statSync(join(dataDir, 'secret')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dataDir, 'secret'), 'utf8').trim()).toBe(made);
    await expect(outdialSecret(embedded())).resolves.toBe(made);
  });

  it('is the same for many who start together, and nothing else is left behind', async () => {
    for (let round = 0; round < 20; round++) {
      rmSync(dataDir, { recursive: true, force: true });
      const all = await Promise.all(Array.from({ length: 16 }, () => outdialSecret(embedded())));
      expect(new Set(all).size).toBe(1);
      expect(readdirSync(dataDir)).toEqual(['secret']);
    }
  });

  it('differs from one data directory to the next', async () => {
    const other = { ...embedded(), dataDir: join(root, 'other') };
    expect(await outdialSecret(embedded())).not.toBe(await outdialSecret(other));
  });

  it('must be set with another Temporal, and the error says how to make one', async () => {
    const error = await outdialSecret({ ...embedded(), temporal: 'external' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toMatch(/OUTDIAL_SECRET.*the same in every process.*openssl rand -hex 32/);
    expect(existsSync(dataDir)).toBe(false);
  });

  it('is refused, and left alone, when its file was emptied', async () => {
    await outdialSecret(embedded());
    writeFileSync(join(dataDir, 'secret'), '\n');
    await expect(outdialSecret(embedded())).rejects.toThrow(/at least 32 characters, got 0/);
    expect(readFileSync(join(dataDir, 'secret'), 'utf8')).toBe('\n');
  });

  it('cannot be kept in what is no folder, and the error names the setting', async () => {
    writeFileSync(join(root, 'file'), '');
    await expect(outdialSecret({ ...embedded(), dataDir: join(root, 'file') })).rejects.toThrow(
      /Expected `OUTDIAL_DATA_DIR` to be a folder that can be written.*ENOTDIR/,
    );
  });
});
