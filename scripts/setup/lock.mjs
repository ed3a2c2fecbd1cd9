import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { say } from './tools.mjs';

/** A set-up that takes longer has died, and another process has its ID by now. */
const LONGEST_SETUP_MS = 15 * 60_000;

/** Does the work while no other process holds the lock, which is a file with the ID of the process that holds it. */
export async function withLock(path, work) {
  const mine = `${path}.${process.pid}`;
  let waiting = false;
  // A link rather than a new file, so that the lock is never seen without its content.
  writeFileSync(mine, String(process.pid));
  try {
    while (!take(mine, path)) {
      const owner = holder(path);
      if (owner === null) {
        rmSync(path, { force: true });
        continue;
      }
      if (!waiting) say(`Waiting for the set-up that process ${owner} is doing …`);
      waiting = true;
      await wait(200);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(mine, path) {
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** The process that holds the lock; null when it is gone. */
function holder(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    if (Date.now() - statSync(path).mtimeMs > LONGEST_SETUP_MS) return null;
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return error.code === 'EPERM' ? 'of another user' : null;
  }
}
