import type { Disposition } from '../../src/contract/call.ts';
import type { LedgerLine, PlaceLine } from '../../src/dialers/simulator/ledger.ts';
import { fate, hungUp } from '../../src/dialers/simulator/fate.ts';

/** What the carrier's own record says of a run. */
export interface LedgerAudit {
  /** Every time that the carrier was asked to dial. */
  readonly dials: number;
  /** The identities in the order in which they were dialed, each once. */
  readonly order: readonly string[];
  readonly dialedTwice: readonly string[];
  /** The most calls that were ever live at once. */
  readonly peakLive: number;
  /** The most dials in any [t, t + 1000) of real milliseconds. */
  readonly maxDialsInAnySecond: number;
  /** Dialed, and nobody has written how it ended: nobody followed it to its end, or it still lasts. */
  readonly withoutEnd: readonly string[];
  /** Identities that ended in two different ways or at two times. */
  readonly endedTwice: readonly string[];
  /** How calls ended, of those whose end is written. */
  readonly dispositions: Readonly<Partial<Record<Disposition, number>>>;
}

/** Holds a ledger against the promises of Outdial. A call ends as is written, else as its hang-up and its fate have it. */
export function auditLedger(lines: readonly LedgerLine[]): LedgerAudit {
  const calls = dialsOf(lines);
  const byIdentity = new Map<string, Dial[]>();
  for (const dial of calls) byIdentity.set(dial.place.identity, [...(byIdentity.get(dial.place.identity) ?? []), dial]);
  const dispositions: Partial<Record<Disposition, number>> = {};
  for (const { end } of calls) {
    if (end?.disposition) dispositions[end.disposition] = (dispositions[end.disposition] ?? 0) + 1;
  }
  const identitiesWhere = (test: (dials: Dial[]) => boolean) =>
    [...byIdentity].filter(([, dials]) => test(dials)).map(([identity]) => identity);
  return {
    dials: calls.length,
    order: [...byIdentity.keys()],
    dialedTwice: identitiesWhere((dials) => dials.length > 1),
    peakLive: peak(calls.map(({ startedAt, endedAt }) => [startedAt, endedAt])),
    maxDialsInAnySecond: peak(calls.map(({ startedAt }) => [startedAt, startedAt + 1_000])),
    withoutEnd: identitiesWhere((dials) => dials.some(({ end }) => end === null)),
    endedTwice: identitiesWhere((dials) => dials.some(({ endings }) => endings.size > 1)),
    dispositions,
  };
}

interface Dial {
  readonly place: PlaceLine;
  readonly startedAt: number;
  endedAt: number;
  end: LedgerLine | null;
  readonly endings: Set<string>;
}

/** One for each `place` line, in order of time, with what the lines up to the next `place` of its identity say of it. */
function dialsOf(lines: readonly LedgerLine[]): Dial[] {
  const dials: Dial[] = [];
  const current = new Map<string, Dial>();
  for (const line of lines) {
    const time = Date.parse(line.time);
    const dial = current.get(line.identity);
    if (line.event === 'place') {
      const { endedAt } = fate(line, time, line.speed);
      const placed = { place: line, startedAt: time, endedAt, end: null, endings: new Set<string>() };
      current.set(line.identity, placed);
      dials.push(placed);
    } else if (dial !== undefined && line.event === 'ended') {
      dial.end = line;
      dial.endings.add(`${line.time} ${line.disposition}`);
      dial.endedAt = time;
    } else if (dial !== undefined && line.event === 'hang-up' && dial.end === null) {
      dial.endedAt = Math.min(dial.endedAt, hungUp(fate(dial.place, dial.startedAt, dial.place.speed), time).endedAt);
    }
  }
  return dials.sort((a, b) => a.startedAt - b.startedAt);
}

/** The most intervals [from, to) that any instant lies in. */
function peak(intervals: readonly (readonly [from: number, to: number])[]): number {
  const steps = intervals.flatMap(([from, to]) => [
    { time: from, change: 1 },
    { time: to, change: -1 },
  ]);
  steps.sort((a, b) => a.time - b.time || a.change - b.change); // what ends at an instant is over at that instant
  let count = 0;
  let most = 0;
  for (const { change } of steps) most = Math.max(most, (count += change));
  return most;
}
