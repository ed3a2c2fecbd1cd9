import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerLine } from '../src/dialers/simulator/ledger.ts';
import type { Deployment } from '../test/support/deployment.ts';

/** A call at the simulated carrier, by the carrier's own record; in epoch milliseconds. */
export interface Dial {
  readonly callId: string;
  readonly startedAt: number;
  /** Infinity while it lasts. */
  readonly endedAt: number;
}

/** Every dial of the trunk `demo` so far, in order of time. */
export function readDials(deployment: Deployment): Dial[] {
  const lines = deployment.readLedger();
  const ends = new Map<string, number>();
  for (const line of lines) if (line.event === 'ended') ends.set(line.identity, Date.parse(line.time));
  return lines
    .filter(({ event }) => event === 'place')
    .map(({ identity, time }) => ({
      callId: identity.slice(0, identity.lastIndexOf('.')),
      startedAt: Date.parse(time),
      endedAt: ends.get(identity) ?? Infinity,
    }))
    .sort((a, b) => a.startedAt - b.startedAt);
}

/** How often the ledger is read, in milliseconds: it costs the server nothing. */
const LOOK_MS = 500;

/** The dials of these calls, once each of them has been dialed and has ended. */
export async function untilDialed(deployment: Deployment, callIds: ReadonlySet<string>): Promise<Dial[]> {
  for (;;) {
    const dials = readDials(deployment).filter(({ callId }) => callIds.has(callId));
    if (dials.length >= callIds.size && dials.every(({ endedAt }) => endedAt < Infinity)) return dials;
    await sleep(LOOK_MS);
  }
}

/** The carrier's first line of that kind about a call, once there is one. */
export async function untilWritten(
  deployment: Deployment,
  callId: string,
  event: LedgerLine['event'],
): Promise<LedgerLine> {
  for (;;) {
    const line = deployment.readLedger().find((one) => one.event === event && one.identity.startsWith(`${callId}.`));
    if (line !== undefined) return line;
    await sleep(20);
  }
}
