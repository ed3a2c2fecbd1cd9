import { assert, constantFrom, jsonValue, nat, property, string, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCursor, writeCursor } from '../../../../src/api/reading/lists/cursor.ts';

const SECRET = 'a secret of tests';
const BOUND = { list: 'calls', orgId: 'acme', statuses: ['Created'] };
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe('a cursor', () => {
  test('gives back what it was written with, whatever that is', () => {
    assert(
      property(jsonValue(), (content) => {
        // As JSON has it: there is no −0.
        const expected: unknown = JSON.parse(JSON.stringify(content));
        expect(readCursor(SECRET, BOUND, writeCursor(SECRET, BOUND, content))).toEqual(expected);
      }),
    );
  });

  test('can stand in a URL as it is', () => {
    assert(
      property(jsonValue(), (content) => {
        expect(writeCursor(SECRET, BOUND, content)).toMatch(/^[A-Za-z0-9_-]+$/);
      }),
    );
  });

  test('is refused when any of its characters is another one', () => {
    const cursor = writeCursor(SECRET, BOUND, { position: { part: 'workflows', token: 'abc' }, total: 50_000 });
    for (let at = 0; at < cursor.length; at += 1) {
      for (const other of BASE64URL.replace(cursor[at] ?? '', '')) {
        const changed = cursor.slice(0, at) + other + cursor.slice(at + 1);
        expect(readCursor(SECRET, BOUND, changed)).toBeNull();
      }
    }
  });

  test('is refused when something is cut off, added or put in its place', () => {
    const cursor = writeCursor(SECRET, BOUND, { total: 3 });
    assert(
      property(nat(cursor.length - 1), (end) => {
        expect(readCursor(SECRET, BOUND, cursor.slice(0, end))).toBeNull();
      }),
    );
    assert(
      property(string(), (text) => {
        expect(readCursor(SECRET, BOUND, text)).toBeNull();
        if (text !== '') expect(readCursor(SECRET, BOUND, cursor + text)).toBeNull();
      }),
    );
  });

  test('is refused for another list, filter or organization, and under another secret', () => {
    const others = [
      { ...BOUND, orgId: 'other' },
      { ...BOUND, list: 'batches' },
      { ...BOUND, statuses: ['Created', 'Queued'] },
      { ...BOUND, agentIds: ['demo'] },
    ];
    assert(
      property(tuple(jsonValue(), constantFrom(...others)), ([content, other]) => {
        const cursor = writeCursor(SECRET, BOUND, content);
        expect(readCursor(SECRET, other, cursor)).toBeNull();
        expect(readCursor('another secret', BOUND, cursor)).toBeNull();
      }),
    );
  });
});
