import { appendFileSync, readFileSync, readdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import { trimLedger } from '../../src/dialers/simulator/ledger-trim.ts';
import { Ledger, readLedger, type LedgerLine } from '../../src/dialers/simulator/ledger.ts';
import { eventLine, newLedgerPath, placeLine } from './simulator-support.ts';

const NOON = '2026-03-02T12:00:00.000Z';
const text = (line: LedgerLine) => `${JSON.stringify(line)}\n`;

function open(path: string): Ledger {
  const ledger = new Ledger(path);
  onTestFinished(() => ledger.close());
  return ledger;
}

/** What a read visits: identities, and `restart` where it starts again. */
function read(ledger: Ledger): string[] {
  const visited: string[] = [];
  ledger.read(
    (line) => visited.push(line.identity),
    () => visited.push('restart'),
  );
  return visited;
}

describe('reading', () => {
  test('a read visits what was appended since the last one, here or by another', () => {
    const path = newLedgerPath();
    const [one, other] = [open(path), open(path)];
    one.append(placeLine('a', NOON));
    other.append(placeLine('b', NOON));
    expect(read(one)).toEqual(['a', 'b']);
    expect(read(one)).toEqual([]);
    other.append(placeLine('c', NOON));
    expect(read(one)).toEqual(['c']);
    expect(read(other)).toEqual(['a', 'b', 'c']);
  });

  test('a last line that is not finished waits for the read after it is', () => {
    const path = newLedgerPath();
    const ledger = open(path);
    const line = text(placeLine('ä-1', NOON));
    const bytes = Buffer.from(line);
    appendFileSync(path, text(placeLine('a', NOON)));
    const torn = bytes.indexOf(0xc3) + 1; // in the middle of a character
    appendFileSync(path, bytes.subarray(0, torn));
    expect(read(ledger)).toEqual(['a']);
    expect(readLedger(path)).toHaveLength(1);
    appendFileSync(path, bytes.subarray(torn));
    expect(read(ledger)).toEqual(['ä-1']);
  });

  test('a line that a crash has torn is ended when the ledger is opened, so that the next one is not glued to it', () => {
    const path = newLedgerPath();
    writeFileSync(path, `${text(placeLine('a', NOON))}{"time":"2026-03-0`);
    const ledger = open(path);
    ledger.append(placeLine('b', NOON));
    expect(read(ledger)).toEqual(['a', 'b']);
    expect(readFileSync(path, 'utf8').split('\n')[1]).toBe('{"time":"2026-03-0');
  });

  test('lines that say nothing are passed over', () => {
    const path = newLedgerPath();
    const broken = [
      '',
      'null',
      '[]',
      '7',
      '{}',
      '{"event":"place"}',
      'no JSON',
      JSON.stringify({ ...placeLine('b', NOON), time: undefined }),
    ];
    broken.push(
      JSON.stringify({ ...placeLine('c', NOON), speed: undefined }),
      JSON.stringify({ ...placeLine('d', NOON), event: 'dance' }),
      '\u0000\u0000',
    );
    writeFileSync(path, `${broken.join('\n')}\n${text(placeLine('a', NOON))}`);
    expect(read(open(path))).toEqual(['a']);
    expect(readLedger(path)).toEqual([placeLine('a', NOON)]);
  });

  test('a ledger longer than a chunk is read whole', () => {
    const path = newLedgerPath();
    const names = Array.from({ length: 5_000 }, (_, index) => `call-${index}`);
    writeFileSync(path, names.map((name) => text(placeLine(name, NOON))).join(''));
    expect(statSync(path).size).toBeGreaterThan(3 * 256 * 1024);
    expect(read(open(path))).toEqual(names);
  });

  test('a file that was replaced is read again from its first line', () => {
    const path = newLedgerPath();
    const ledger = open(path);
    ledger.append(placeLine('old', NOON));
    ledger.append(placeLine('a', NOON));
    read(ledger);
    writeFileSync(`${path}.new`, text(placeLine('a', NOON)).repeat(3));
    renameSync(`${path}.new`, path);
    ledger.append(placeLine('b', NOON));
    expect(read(ledger)).toEqual(['restart', 'a', 'a', 'a', 'b']);
  });

  test('one identity is read alone, and not another that contains it', () => {
    const path = newLedgerPath();
    const ledger = open(path);
    for (const identity of ['a.1', 'a.11', 'b.1', 'a.1']) ledger.append(eventLine('find', identity, NOON));
    const visited: string[] = [];
    ledger.readOnly('a.1', (line) => visited.push(line.identity));
    expect(visited).toEqual(['a.1', 'a.1']);
  });

  test('one identity is found wherever it lies in a long ledger', () => {
    const path = newLedgerPath();
    const names = Array.from({ length: 5_000 }, (_, index) => `call-${10_000 + index}`);
    const lines = names.map((name) => text(placeLine(name, NOON)));
    writeFileSync(path, lines.join(''));
    const ledger = open(path);
    const first = Math.floor((256 * 1024) / (lines[0]?.length ?? NaN)); // the first that lies in two chunks
    for (const index of [0, first - 1, first, first + 1, 2 * first, 2 * first + 1, 4_999]) {
      const visited: string[] = [];
      ledger.readOnly(names[index] ?? '', (line) => visited.push(line.identity));
      expect(visited).toEqual([names[index]]);
    }
  });

  test('a ledger that is not there has no lines', () => {
    expect(readLedger(newLedgerPath())).toEqual([]);
  });

  test('a ledger can be read by its owner alone, since it holds phone numbers', () => {
    const path = newLedgerPath();
    open(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe('trimming', () => {
  const NOW = Date.parse('2026-06-30T12:00:00.000Z');
  const OLD = '2026-05-31T11:59:59.999Z'; // 30 days and a millisecond before
  const YOUNG = '2026-05-31T12:00:00.000Z';

  function ledgerOf(parts: readonly string[], quietForMs = 60_000): string {
    const path = newLedgerPath();
    writeFileSync(path, parts.join(''));
    const modified = new Date(NOW - quietForMs);
    utimesSync(path, modified, modified);
    return path;
  }

  test('lines of calls placed more than 30 days ago go, and all others survive byte for byte', () => {
    const old = [
      text(placeLine('old', OLD)),
      text(eventLine('ringing', 'old', OLD)),
      text(eventLine('find', 'old', YOUNG)),
      text(eventLine('ended', 'old', YOUNG, { disposition: 'answered' })),
    ] as const;
    const kept = [
      text(placeLine('again', OLD)),
      '{"torn by a crash\n',
      '\n',
      text(eventLine('find', 'never placed', OLD)),
      text(placeLine('young', YOUNG)).replace('{', '{  '),
      text(placeLine('again', YOUNG)),
      '{"time":"2026-06-01T',
    ] as const;
    const path = ledgerOf([
      kept[0],
      old[0],
      kept[1],
      old[1],
      kept[2],
      kept[3],
      kept[4],
      old[2],
      kept[5],
      old[3],
      kept[6],
    ]);
    trimLedger(path, NOW);
    expect(readFileSync(path, 'utf8')).toBe(kept.join(''));
    expect(readdirSync(dirname(path))).toEqual(['ledger.jsonl']);
  });

  test('bytes that are no UTF-8 survive', () => {
    const path = ledgerOf([text(placeLine('old', OLD)), text(placeLine('young', YOUNG))]);
    appendFileSync(path, Buffer.from([0xff, 0xfe, 0x0a, 0xc3]));
    utimesSync(path, new Date(OLD), new Date(OLD));
    trimLedger(path, NOW);
    const expected = Buffer.concat([
      Buffer.from(text(placeLine('young', YOUNG))),
      Buffer.from([0xff, 0xfe, 0x0a, 0xc3]),
    ]);
    expect(readFileSync(path).equals(expected)).toBe(true);
  });

  test('nothing goes while somebody may be writing: until nothing was appended for a minute', () => {
    const path = ledgerOf([text(placeLine('old', OLD))], 59_999);
    trimLedger(path, NOW);
    expect(readLedger(path)).toHaveLength(1);
  });

  test('a ledger without old calls is left alone, the very file', () => {
    const path = ledgerOf([text(placeLine('young', YOUNG))]);
    const before = statSync(path);
    trimLedger(path, NOW);
    expect(statSync(path)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  test('a ledger that is not there is not made', () => {
    const path = newLedgerPath();
    trimLedger(path, NOW);
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('a process that has the ledger open goes on with what is left', () => {
    const path = ledgerOf([text(placeLine('old', OLD)), text(placeLine('young', YOUNG))]);
    const ledger = open(path);
    expect(read(ledger)).toEqual(['old', 'young']);
    trimLedger(path, NOW);
    ledger.append(placeLine('new', YOUNG));
    expect(read(ledger)).toEqual(['restart', 'young', 'new']);
  });
});
