// `npm run test:livekit` runs this first: it makes sure that a LiveKit server and its Redis are in `.bin`, and does nothing
// when they are. The server is built with Go, which takes two minutes; Redis is the distribution's.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { withLock } from './setup/lock.mjs';
import { lastLines, ROOT, run, say, SetupError } from './setup/tools.mjs';

/** The newest that `go install` takes by name, and the one that the dialer was measured on. */
const VERSION = '1.13.5';
const BIN = join(ROOT, '.bin');
const SERVER = join(BIN, `livekit-server-${VERSION}`);
const REDIS = join(BIN, 'redis');

/** Debian's packages: Redis, and those libraries of it that are not on every machine. */
const REDIS_PACKAGES = ['redis-server', 'redis-tools', 'liblzf1', 'libjemalloc2', 'libatomic1'];

mkdirSync(BIN, { recursive: true });
try {
  await withLock(join(BIN, 'setup.lock'), async () => {
    if (!existsSync(SERVER)) await inFolder(buildServer);
    if (!existsSync(join(REDIS, 'redis-server'))) await inFolder(fetchRedis);
  });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** What is made in a folder of its own is whole before it is put in its place. */
async function inFolder(work) {
  const folder = mkdtempSync(join(BIN, 'tmp-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function buildServer(folder) {
  say(`Building LiveKit ${VERSION} with Go (about 2 min) …`);
  const source = `github.com/livekit/livekit-server/cmd/server@v${VERSION}`;
  const env = { GOBIN: folder, GOFLAGS: '-mod=mod -buildvcs=false' };
  const { code, output } = await run('go', ['install', '-ldflags=-s -w', source], env);
  if (code !== 0) {
    console.error(lastLines(output, 5));
    throw new SetupError('No LiveKit server: install Go (https://go.dev/dl) and run this again');
  }
  renameSync(join(folder, 'server'), SERVER);
}

/** The Redis of the machine; else Debian's, unpacked and not installed: that would need root, and start a service. */
async function fetchRedis(folder) {
  const made = join(folder, 'redis');
  mkdirSync(made);
  const installed = (process.env.PATH ?? '').split(delimiter).map((entry) => join(entry, 'redis-server'));
  const found = installed.find((path) => existsSync(path));
  if (found === undefined) await unpackRedis(folder, made);
  else symlinkSync(found, join(made, 'redis-server'));
  rmSync(REDIS, { recursive: true, force: true });
  renameSync(made, REDIS);
}

async function unpackRedis(folder, made) {
  say('Fetching Redis with apt-get (3 MB) …');
  const fetch = `cd '${folder}' && apt-get download ${REDIS_PACKAGES.join(' ')} && for deb in *.deb; do dpkg -x "$deb" '${made}'; done`;
  const { code, output } = await run('sh', ['-c', fetch]);
  if (code !== 0) {
    console.error(lastLines(output, 5));
    throw new SetupError('No Redis: install redis-server (or run `apt-get update`) and run this again');
  }
  symlinkSync('usr/bin/redis-check-rdb', join(made, 'redis-server')); // one program, by the name it is called
  const libraries = join(made, 'usr', 'lib');
  const machine = readdirSync(libraries).find((entry) => entry.endsWith('-linux-gnu'));
  symlinkSync(join('usr', 'lib', machine ?? ''), join(made, 'libraries'));
}
