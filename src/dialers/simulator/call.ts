import { createHash } from 'node:crypto';

import type { AttemptEnd } from '../../contract/placement.ts';
import { toInstant, type EventLine, type LedgerLine, type PlaceLine } from './ledger.ts';
import { fate, hungUp, type Fate } from './fate.ts';

/** What happens to a call by itself, in the order in which it does. */
const HAPPENINGS = ['ringing', 'answered', 'ended'] as const;
export type Happening = (typeof HAPPENINGS)[number];

const TIMES = { ringing: 'ringingAt', answered: 'answeredAt', ended: 'endedAt' } as const satisfies Record<
  Happening,
  keyof Fate
>;

/** A call that was placed, as its lines in the ledger tell. */
export interface Call {
  readonly place: PlaceLine;
  /** What becomes of it, a hang-up included. */
  readonly fate: Fate;
  /** What the ledger has said of it already. */
  readonly written: readonly Happening[];
}

/**
 * The call as one more line of its identity tells it; undefined for one that was not placed yet. The order of lines in
 * the file decides where two processes disagree (a hang-up and the end, two hang-ups), so that all come to the same: what
 * is written stays true. A line that repeats an earlier one changes nothing, but for `place`, which dials anew.
 */
export function withLine(call: Call | undefined, line: LedgerLine): Call | undefined {
  if (line.event === 'place') return { place: line, fate: fate(line, Date.parse(line.time), line.speed), written: [] };
  if (call === undefined) return undefined;
  switch (line.event) {
    case 'find':
      return call;
    case 'hang-up':
      return withHangUp(call, Date.parse(line.time));
    case 'ringing':
    case 'answered':
    case 'ended': {
      // A line of another time is of an earlier dial of this identity, or of an end that a hang-up came before.
      const isOfThisCall = Date.parse(line.time) === call.fate[TIMES[line.event]] && !call.written.includes(line.event);
      return isOfThisCall ? { ...call, written: [...call.written, line.event] } : call;
    }
  }
}

function withHangUp(call: Call, at: number): Call {
  if (call.written.includes('ended')) return call;
  const { fate, place, written } = call;
  // Its writer may have been frozen between looking at the clock and writing, while another wrote what happened since.
  const saidAlready = written.includes('answered') ? fate.answeredAt : fate.ringingAt;
  return { ...call, fate: hungUp(fate, Math.max(at, Date.parse(place.time), saidAlready ?? 0)) };
}

/** What happens to a call, each with its time in epoch milliseconds: in order of time, `ended` last. */
export function happeningsOf({ fate }: Call): { readonly event: Happening; readonly at: number }[] {
  return HAPPENINGS.flatMap((event) => {
    const at = fate[TIMES[event]];
    return at === null ? [] : [{ event, at }];
  });
}

/** The lines that the ledger should have by `now` and has not. */
export function missingLines(call: Call, now: number): EventLine[] {
  return happeningsOf(call)
    .filter(({ event, at }) => at <= now && !call.written.includes(event))
    .map(({ event, at }) => ({
      time: toInstant(at),
      event,
      identity: call.place.identity,
      endpoint: call.place.endpoint,
      disposition: event === 'ended' ? call.fate.disposition : null,
      trunk: call.place.trunk,
    }));
}

/** The end of a call, for who asked for it. */
export function endOf({ place, fate }: Call): AttemptEnd {
  return {
    startedTime: place.time,
    answeredTime: fate.answeredAt === null ? null : toInstant(fate.answeredAt),
    endedTime: toInstant(fate.endedAt),
    disposition: fate.disposition,
    providerCode: fate.providerCode,
    recordId: `sim-${createHash('sha256').update(place.identity).digest('hex').slice(0, 12)}`,
    transcription: null,
    errorMessage: fate.errorMessage,
  };
}
