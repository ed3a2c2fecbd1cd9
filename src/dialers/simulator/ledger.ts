import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Disposition, Instant } from '../../contract/call.ts';

interface LineOf<Event extends string, Endpoint> {
  /** When it happened, which for what became of a call may be long before the line was written. */
  readonly time: Instant;
  readonly event: Event;
  readonly identity: string;
  readonly endpoint: Endpoint;
  /** Of `ended`; null on every other line. */
  readonly disposition: Disposition | null;
  readonly trunk: string;
}

/** A call that was dialed, with everything that decides what becomes of it. */
export interface PlaceLine extends LineOf<'place', string> {
  readonly ringTimeoutMs: number;
  readonly maxDurationMs: number;
  /** The trunk's speed at the time: a call keeps its own when the configuration changes. */
  readonly speed: number;
}

/** Anything else; the endpoint is null where the carrier was asked about an identity it does not know. */
export type EventLine = LineOf<'find' | 'ringing' | 'answered' | 'ended' | 'hang-up', string | null>;

/** One line of a ledger: something that the carrier was asked, or something that happened. */
export type LedgerLine = PlaceLine | EventLine;

const EVENTS: ReadonlySet<unknown> = new Set<LedgerLine['event']>([
  'place',
  'find',
  'ringing',
  'answered',
  'ended',
  'hang-up',
]);

/** Few reads for a long ledger, and little memory for a short one. */
const CHUNK_BYTES = 256 * 1024;

const NEWLINE = 0x0a;

/** Ledgers hold phone numbers. */
export const OWNER_ONLY = 0o600;

export const toInstant = (epochMs: number): Instant => new Date(epochMs).toISOString();

/** The line that a text says; null for one that says none (blank, torn by a crash, edited by hand). */
export function parseLine(text: string): LedgerLine | null {
  let line: Partial<Record<keyof PlaceLine, unknown>> | null;
  try {
    line = JSON.parse(text) as typeof line;
  } catch {
    return null;
  }
  if (line === null || !EVENTS.has(line.event)) return null;
  if (typeof line.identity !== 'string' || typeof line.trunk !== 'string') return null;
  if (typeof line.time !== 'string' || Number.isNaN(Date.parse(line.time))) return null;
  if (line.event === 'place') {
    const numbers = [line.ringTimeoutMs, line.maxDurationMs, line.speed];
    if (typeof line.endpoint !== 'string' || !numbers.every(Number.isFinite)) return null;
  }
  return line as LedgerLine;
}

/**
 * The complete lines of a file from an offset on, as bytes without their newline, each with the offset at which the next
 * one begins. A last line without a newline is not among them: whoever writes it has not finished, or never will.
 *
 * @param needle what the caller looks for: whole stretches without it are passed over, which is ten times as fast
 */
export function* linesFrom(fd: number, from: number, needle = ''): Generator<{ bytes: Buffer; next: number }> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let offset = from;
  let rest = Buffer.alloc(0);
  for (;;) {
    const got = readSync(fd, chunk, 0, CHUNK_BYTES, offset + rest.length);
    if (got === 0) return;
    const bytes = Buffer.concat([rest, chunk.subarray(0, got)]);
    let start = bytes.includes(needle) ? 0 : bytes.lastIndexOf(NEWLINE) + 1;
    for (let end = bytes.indexOf(NEWLINE, start); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      yield { bytes: bytes.subarray(start, end), next: offset + end + 1 };
      start = end + 1;
    }
    rest = bytes.subarray(start);
    offset += start;
  }
}

/** Every line of a ledger, in the order in which they were written; none where there is no such file yet. */
export function readLedger(path: string): LedgerLine[] {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return [];
  const fd = openSync(path, 'r');
  try {
    return [...linesFrom(fd, 0)].map(({ bytes }) => parseLine(bytes.toString())).filter((line) => line !== null);
  } finally {
    closeSync(fd);
  }
}

/**
 * An append-only file of {@link LedgerLine}s that several processes of one machine write and read at the same time.
 *
 * Every line is one write with `O_APPEND`, which a local file system never mixes with another process's. It is not
 * synced to the disk: it survives the death of the process at any moment, not that of the machine.
 */
export class Ledger {
  readonly #path: string;
  /** Held open, so that no file that replaces this one can be given the same inode. */
  #file: { readonly fd: number; readonly inode: number } | null;
  #offset = 0;
  #lastWriteFailed = false;

  /** Opens a ledger, and makes it (and its folder) where there is none. */
  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.#file = this.#open();
    this.#endLastLine(this.#file.fd);
  }

  append(line: LedgerLine): void {
    this.#opened();
    // After a write that a full disk cut short, the next line must not be glued to what is there of it.
    const text = `${this.#lastWriteFailed ? '\n' : ''}${JSON.stringify(line)}\n`;
    this.#lastWriteFailed = true;
    // By name, not by descriptor: after a trim the name is another file.
    appendFileSync(this.#path, text, { mode: OWNER_ONLY });
    this.#lastWriteFailed = false;
  }

  /**
   * Visits the lines that this process or another has appended since the last read. When the file has been replaced (by
   * {@link trimLedger} in another process), it calls `restart` and visits all lines from the first one on.
   */
  read(visit: (line: LedgerLine) => void, restart: () => void): void {
    const { fd, inode } = this.#opened();
    const stat = statSync(this.#path, { throwIfNoEntry: false });
    if (stat?.ino !== inode || stat.size < this.#offset) {
      this.#file = this.#open();
      closeSync(fd);
      this.#offset = 0;
      restart();
    } else if (stat.size === this.#offset) return;
    for (const { bytes, next } of linesFrom(this.#opened().fd, this.#offset)) {
      this.#offset = next;
      const line = parseLine(bytes.toString());
      if (line !== null) visit(line);
    }
  }

  /** Visits all lines of one identity, from the first one on: it reads the whole file, half a second for each gigabyte. */
  readOnly(identity: string, visit: (line: LedgerLine) => void): void {
    const needle = JSON.stringify(identity);
    for (const { bytes } of linesFrom(this.#opened().fd, 0, needle)) {
      if (!bytes.includes(needle)) continue;
      const line = parseLine(bytes.toString());
      if (line?.identity === identity) visit(line);
    }
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file.fd);
    this.#file = null;
  }

  #opened() {
    if (this.#file === null) throw new Error('The ledger is closed');
    return this.#file;
  }

  #open() {
    const fd = openSync(this.#path, 'a+', OWNER_ONLY);
    return { fd, inode: fstatSync(fd).ino };
  }

  /** Ends a last line that a crash has torn, so that the next one is not glued to it. */
  #endLastLine(fd: number): void {
    const { size } = fstatSync(fd);
    const last = Buffer.alloc(1);
    if (size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE) appendFileSync(fd, '\n');
  }
}
