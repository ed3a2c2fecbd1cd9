import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';

import { linesFrom, OWNER_ONLY, parseLine } from './ledger.ts';

/** As long as Temporal keeps a call by default: nobody asks for an older one. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1_000;

/** A trunk that dials writes more often than this. */
const QUIET_MS = 60_000;

const COPY_BYTES = 1024 * 1024;

/**
 * Drops the lines of calls that were placed (for the last time) more than 30 days before `now`. Every other line survives
 * byte for byte, those that say nothing included. Does nothing where there is no file or nothing to drop.
 *
 * The shorter ledger replaces the longer by a rename, and a line that another process appends between the copy and the
 * rename would be lost: a call that was placed would never have been. So nothing is done unless the file has been quiet
 * for a minute, which says that most likely nobody is dialing, and nothing is replaced that changed meanwhile. What remains
 * is a line written within the microseconds between that last look and the rename.
 */
export function trimLedger(path: string, now: number): void {
  const before = statSync(path, { throwIfNoEntry: false });
  if (before === undefined || now - before.mtimeMs < QUIET_MS) return;
  const fd = openSync(path, 'r');
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const old = placedBefore(fd, now - KEPT_MS);
    if (old.size === 0) return;
    copyWithout(fd, temporary, old);
    const after = statSync(path);
    const unchanged = after.ino === before.ino && after.size === before.size && after.mtimeMs === before.mtimeMs;
    if (unchanged) renameSync(temporary, path);
  } finally {
    closeSync(fd);
    rmSync(temporary, { force: true });
  }
}

/** The identities that were placed before `limit`, and not again since. */
function placedBefore(fd: number, limit: number): Set<string> {
  const old = new Set<string>();
  let oldest: number | null = null;
  for (const { bytes } of linesFrom(fd, 0)) {
    const line = parseLine(bytes.toString());
    if (line === null) continue;
    const time = Date.parse(line.time);
    oldest ??= time;
    if (oldest >= limit) break; // lines lie in order of time, but for seconds: none is old where the first is not
    if (line.event !== 'place') continue;
    if (time < limit) old.add(line.identity);
    else old.delete(line.identity);
  }
  return old;
}

function copyWithout(fd: number, path: string, dropped: ReadonlySet<string>): void {
  const copy = openSync(path, 'wx', OWNER_ONLY);
  try {
    let kept: Buffer[] = [];
    let keptBytes = 0;
    let end = 0;
    const flush = () => {
      writeAll(copy, Buffer.concat(kept));
      kept = [];
      keptBytes = 0;
    };
    for (const { bytes, next } of linesFrom(fd, 0)) {
      end = next;
      const line = parseLine(bytes.toString());
      if (line !== null && dropped.has(line.identity)) continue;
      kept.push(bytes, Buffer.from('\n'));
      keptBytes += bytes.length + 1;
      if (keptBytes >= COPY_BYTES) flush();
    }
    kept.push(restFrom(fd, end));
    flush();
    fsyncSync(copy); // else the name might outlive the contents when the machine goes down
  } finally {
    closeSync(copy);
  }
}

/** What a torn last line has left. */
function restFrom(fd: number, offset: number): Buffer {
  const parts: Buffer[] = [];
  for (let from = offset; ;) {
    const part = Buffer.alloc(4096);
    const got = readSync(fd, part, 0, part.length, from);
    if (got === 0) return Buffer.concat(parts);
    parts.push(part.subarray(0, got));
    from += got;
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}
