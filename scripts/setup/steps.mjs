import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureExecutable, hasExecutable } from './executables.mjs';
import { withLock } from './lock.mjs';
import { firstLines, lastLines, ROOT, run, say, SetupError } from './tools.mjs';

const LOCK_FILE = join(ROOT, 'package-lock.json');
/** What npm writes last into `node_modules`. */
const INSTALLED = join(ROOT, 'node_modules', '.package-lock.json');
/** As old as the sources that `dist` was built from. */
const BUILT = join(ROOT, 'dist', '.built');

/**
 * Does what is missing, in order. Two set-ups at once take turns: `npm ci` empties `node_modules` under whoever uses it.
 *
 * @throws {SetupError} whose message says in one line what to do.
 */
export async function setUp({ forTests, withServer }) {
  const usesOther = Boolean(process.env.TEMPORAL_ADDRESS || process.env.TEMPORAL_PROFILE);
  const steps = [
    { isDone: hasPackages, work: installPackages },
    ...(withServer && (forTests || !usesOther) ? [executable('temporal')] : []),
    ...(forTests ? [executable('temporal-test-server')] : []),
    { isDone: isBuilt, work: build },
  ];
  if (steps.every(({ isDone }) => isDone())) return;

  mkdirSync(join(ROOT, '.bin'), { recursive: true });
  await withLock(join(ROOT, '.bin', 'setup.lock'), async () => {
    for (const { isDone, work } of steps) {
      if (!isDone()) await work();
    }
  });
}

function executable(name) {
  return { isDone: () => hasExecutable(name), work: () => ensureExecutable(name) };
}

function hasPackages() {
  return existsSync(INSTALLED) && modified(INSTALLED) >= modified(LOCK_FILE);
}

async function installPackages() {
  say('Installing packages with npm ci (about 30 s) …');
  // The build needs development packages, whatever NODE_ENV says.
  const flags = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await npm(flags);
  if (code !== 0) {
    console.error(firstLines(output, 15)); // what npm says last is how to use it
    throw new SetupError('npm ci failed, see above: put that right (is the network there?) and run this again');
  }
  const now = new Date();
  utimesSync(INSTALLED, now, now); // npm may keep an older time
}

/** The npm that started us, where one did: it need not be on the PATH. */
function npm(args) {
  const { npm_execpath: script } = process.env;
  return script?.endsWith('.js') ? run(process.execPath, [script, ...args]) : run('npm', args);
}

function isBuilt() {
  return existsSync(BUILT) && modified(BUILT) >= newestSource();
}

async function build() {
  say('Building (about 10 s) …');
  const started = new Date();
  const { code, output } = await npm(['run', 'build']);
  if (code !== 0) {
    console.error(lastLines(output, 30));
    throw new SetupError('The build failed, see above: put that right and run this again');
  }
  writeFileSync(BUILT, '');
  utimesSync(BUILT, started, started); // so that a file that was saved during the build makes for another one
}

/** When a source last changed. Folders count too: a file that was removed changes only its folder. */
function newestSource() {
  const configs = readdirSync(ROOT).filter((name) => /^tsconfig.*\.json$/.test(name));
  const src = join(ROOT, 'src');
  const sources = readdirSync(src, { recursive: true }).map((name) => join(src, name));
  return Math.max(...[LOCK_FILE, src, ...configs.map((name) => join(ROOT, name)), ...sources].map(modified));
}

function modified(path) {
  return statSync(path).mtimeMs;
}
