import { describe, expect, test } from 'vitest';

import { auditLedger } from '../support/ledger-audit.ts';
import { eventLine, placeLine } from './simulator-support.ts';

const NOON = Date.parse('2026-03-02T12:00:00.000Z');
const at = (ms: number) => new Date(NOON + ms).toISOString();
/** Rings for 4 s and talks for 30. */
const place = (identity: string, ms: number) => placeLine(identity, at(ms));
const ended = (identity: string, ms: number) => eventLine('ended', identity, at(ms), { disposition: 'answered' });

describe('the audit of a ledger', () => {
  test('names who was dialed twice, and the order of first dials', () => {
    const lines = [place('b', 10), place('a', 0), eventLine('find', 'a', at(1)), place('a', 20)];
    expect(auditLedger(lines)).toMatchObject({ dials: 3, order: ['a', 'b'], dialedTwice: ['a'] });
  });

  test('sees a second dial in the same millisecond', () => {
    expect(auditLedger([place('a', 0), place('a', 0)])).toMatchObject({ dialedTwice: ['a'], peakLive: 2 });
  });

  test('counts a call as live until the end that is written', () => {
    expect(auditLedger([place('a', 0), ended('a', 100), place('b', 99)]).peakLive).toBe(2);
    expect(auditLedger([place('a', 0), ended('a', 100), place('b', 100)]).peakLive).toBe(1);
    expect(auditLedger([place('a', 0), ended('a', 90_000), place('b', 80_000)]).peakLive).toBe(2);
  });

  test('counts a call of which no end is written as live until its hang-up, else as fate has it', () => {
    expect(auditLedger([place('a', 0), place('b', 33_999)])).toMatchObject({ peakLive: 2, withoutEnd: ['a', 'b'] });
    expect(auditLedger([place('a', 0), place('b', 34_000)]).peakLive).toBe(1);
    const hangUp = eventLine('hang-up', 'a', at(5_000));
    expect(auditLedger([place('a', 0), hangUp, place('b', 4_999)]).peakLive).toBe(2);
    expect(auditLedger([place('a', 0), hangUp, place('b', 5_000)]).peakLive).toBe(1);
  });

  test('counts dials in any second, wherever it begins', () => {
    const times = [0, 700, 1_100, 1_699, 1_700, 5_000];
    expect(auditLedger(times.map((ms) => place(`${ms}`, ms))).maxDialsInAnySecond).toBe(3);
    expect(auditLedger([place('a', 0), place('b', 1_000)]).maxDialsInAnySecond).toBe(1);
  });

  test('takes a repeated end for one, and names calls that ended in two ways', () => {
    const lines = [place('a', 0), ended('a', 100), ended('a', 100)];
    expect(auditLedger(lines)).toMatchObject({ endedTwice: [], dispositions: { answered: 1 }, withoutEnd: [] });
    expect(auditLedger([...lines, ended('a', 200)]).endedTwice).toEqual(['a']);
  });

  test('finds nothing wrong with nothing', () => {
    expect(auditLedger([])).toMatchObject({ dials: 0, dialedTwice: [], peakLive: 0, maxDialsInAnySecond: 0 });
  });
});
