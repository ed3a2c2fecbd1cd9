import { createHash } from 'node:crypto';

import type { Disposition } from '../../contract/call.ts';
import type { DialRequest } from '../dialer.ts';

/** What decides the fate of a call, beside the time and the speed. */
export type Dialed = Pick<DialRequest, 'identity' | 'endpoint' | 'ringTimeoutMs' | 'maxDurationMs'>;

/** What becomes of a call; times in epoch milliseconds. */
export interface Fate {
  /** Null for a call that never rings. */
  readonly ringingAt: number | null;
  /** Null for a call that nobody, and no machine, answers. */
  readonly answeredAt: number | null;
  readonly endedAt: number;
  readonly disposition: Disposition;
  /** As SIP (RFC 3261) has it; null where SIP would say nothing. */
  readonly providerCode: string | null;
  /** For people; null where nothing went wrong. */
  readonly errorMessage: string | null;
}

/** How a call goes, in simulated milliseconds. */
export interface Ending {
  readonly disposition: Disposition;
  /** How long it rings: 0 for never, `Infinity` for until its ring time-out. */
  readonly ringsMs: number;
  /** How long it goes on after that: answered, a conversation or a greeting; else the carrier making up its mind. */
  readonly lastsMs: number;
}

/**
 * Endings to be had by number: by the last four digits of the endpoint (of its user part, where it is a SIP URI). A ring
 * time-out or a maximum duration that is shorter cuts them like all others.
 */
export const ENDINGS_BY_NUMBER: Readonly<Record<string, Ending>> = {
  '0001': { disposition: 'answered', ringsMs: 4_000, lastsMs: 30_000 },
  '0002': { disposition: 'busy', ringsMs: 0, lastsMs: 1_000 },
  '0003': { disposition: 'no-answer', ringsMs: Infinity, lastsMs: 0 },
  '0004': { disposition: 'declined', ringsMs: 2_000, lastsMs: 0 },
  '0005': { disposition: 'voicemail', ringsMs: 20_000, lastsMs: 20_000 },
  '0006': { disposition: 'invalid-number', ringsMs: 0, lastsMs: 500 },
  '0007': { disposition: 'unreachable', ringsMs: 0, lastsMs: 3_000 },
  '0008': { disposition: 'carrier-rejected', ringsMs: 0, lastsMs: 500 },
  '0009': { disposition: 'agent-unavailable', ringsMs: 0, lastsMs: 1_000 },
  '0010': { disposition: 'failed', ringsMs: 0, lastsMs: 1_000 },
  '0011': { disposition: 'uncertain', ringsMs: 0, lastsMs: 1_000 },
};

/**
 * How all other calls end: shares of 1. Two endings are to be had by number only: `agent-unavailable`, which is not the
 * carrier's doing, and `uncertain`, which no carrier should be in the habit of.
 */
export const MIX: readonly (readonly [disposition: Disposition, share: number])[] = [
  ['answered', 0.6],
  ['no-answer', 0.22],
  ['busy', 0.08],
  ['voicemail', 0.06],
  ['declined', 0.015],
  ['unreachable', 0.01],
  ['invalid-number', 0.005],
  ['carrier-rejected', 0.005],
  ['failed', 0.005],
];

/** RFC 3261, section 21: the status that a phone, or the network in its place, answers. */
const PROVIDER_CODES: Readonly<Record<Disposition, string | null>> = {
  answered: '200', // OK
  busy: '486', // Busy Here
  'no-answer': '408', // Request Timeout
  declined: '603', // Decline
  voicemail: '200', // OK: to the network a machine answers like a person
  'invalid-number': '404', // Not Found
  unreachable: '480', // Temporarily Unavailable
  'carrier-rejected': '503', // Service Unavailable
  'agent-unavailable': null,
  failed: '500', // Server Internal Error
  uncertain: null,
};

/** Request Terminated: the caller gave up before an answer. */
const TERMINATED = '487';

const ERROR_MESSAGES: Readonly<Partial<Record<Disposition, string>>> = {
  'invalid-number': 'The number does not exist',
  unreachable: 'The phone is switched off or out of reach',
  'carrier-rejected': 'The carrier refused the call',
  'agent-unavailable': 'No agent was there to talk',
  failed: 'The carrier failed',
  uncertain: 'The carrier never said what became of the call',
};

/** What becomes of a call that is dialed at `placedAt`: always the same for the same arguments, whatever the clock says. */
export function fate(call: Dialed, placedAt: number, speed: number): Fate {
  const ending = ENDINGS_BY_NUMBER[lastFourDigits(call.endpoint)] ?? endingByChance(call.identity);
  const after = (simulatedMs: number) => placedAt + Math.round(simulatedMs / speed);
  const rings = ending.ringsMs > 0;
  const ringingAt = rings ? placedAt : null;
  if (rings && ending.ringsMs > call.ringTimeoutMs) {
    return { ringingAt, answeredAt: null, endedAt: after(call.ringTimeoutMs), ...named('no-answer') };
  }
  const answered = ending.disposition === 'answered' || ending.disposition === 'voicemail';
  const lastsMs = answered ? Math.min(ending.lastsMs, call.maxDurationMs) : ending.lastsMs;
  return {
    ringingAt,
    answeredAt: answered ? after(ending.ringsMs) : null,
    endedAt: after(ending.ringsMs + lastsMs),
    ...named(ending.disposition),
  };
}

/**
 * What becomes of a call that is hung up on at `at`. One that was answered ends as what it was, then; one that was not
 * ends as `no-answer`, then; one that is over stays as it is. A carrier that says nothing of a call says nothing of its
 * hanging up either.
 */
export function hungUp(fate: Fate, at: number): Fate {
  if (at >= fate.endedAt) return fate;
  const wasAnswered = fate.answeredAt !== null && fate.answeredAt <= at;
  if (wasAnswered || fate.disposition === 'uncertain') return { ...fate, endedAt: at };
  return { ...fate, answeredAt: null, endedAt: at, ...named('no-answer'), providerCode: TERMINATED };
}

const named = (disposition: Disposition) => ({
  disposition,
  providerCode: PROVIDER_CODES[disposition],
  errorMessage: ERROR_MESSAGES[disposition] ?? null,
});

/** Of `sip:+15550100002@192.0.2.1;transport=tcp` and of `+1 (555) 010-0002`: `0002`. */
function lastFourDigits(endpoint: string): string {
  return endpoint
    .replace(/[@;].*/s, '')
    .replace(/\D/g, '')
    .slice(-4);
}

/** Three independent draws from the identity: which ending, how long it rings, how long it goes on. */
function endingByChance(identity: string): Ending {
  const digest = createHash('sha256').update(identity).digest();
  const draw = (index: number) => digest.readUInt32BE(4 * index) / 2 ** 32;
  const between = (index: number, min: number, max: number) => Math.round(min + draw(index) * (max - min));
  const disposition = pick(draw(0));
  switch (disposition) {
    case 'answered':
      return { disposition, ringsMs: between(1, 2_000, 20_000), lastsMs: between(2, 10_000, 120_000) };
    case 'voicemail':
      return { disposition, ringsMs: between(1, 18_000, 22_000), lastsMs: 20_000 };
    case 'no-answer':
      return { disposition, ringsMs: Infinity, lastsMs: 0 };
    case 'declined':
      return { disposition, ringsMs: between(1, 500, 3_000), lastsMs: 0 };
    case 'busy':
    case 'invalid-number':
    case 'unreachable':
    case 'carrier-rejected':
    case 'agent-unavailable':
    case 'failed':
    case 'uncertain':
      return { disposition, ringsMs: 0, lastsMs: between(1, 500, 3_000) };
  }
}

function pick(chance: number): Disposition {
  let upTo = 0;
  for (const [disposition, share] of MIX) {
    upTo += share;
    if (chance < upTo) return disposition;
  }
  return 'failed'; // the shares may add up to a hair less than 1
}
