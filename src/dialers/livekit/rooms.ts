import type { Instant } from '../../contract/call.ts';
import type { AttemptAddress } from '../../contract/dialer-event.ts';
import type { AttemptEnd } from '../../contract/placement.ts';

/** What every room and participant of ours is called by, for whoever looks at a project that others use too. */
const PREFIX = 'outdial-';

/** An attempt's identity ends with a number: so no attempt's room is another's record. */
const RECORD_SUFFIX = '-dialed';

/**
 * How long a room is kept in which nobody but an agent has been, in seconds: a record for so long tells that its attempt
 * was dialed. Longer would tell more after a long standstill; but a server has one for each call of this time, 190 KB each.
 */
export const KEPT_S = 1_800;

/**
 * How long the room of a call outlives the person who was in it, in seconds. LiveKit counts no agents here, so the room
 * goes, and the agent with it, whatever has become of us.
 */
export const EMPTIED_S = 1;

/** The room in which an attempt's agent and person meet. It is also what the person's participant is called. */
export const roomOf = (identity: string): string => `${PREFIX}${identity}`;

/** The room, always empty, that is there from just before the attempt was dialed: our record of it at LiveKit. */
export const recordRoomOf = (identity: string): string => `${PREFIX}${identity}${RECORD_SUFFIX}`;

/** An agent of this name does not exist. Named in a record's room, it keeps agents that join every room out of it. */
export const NO_AGENT = 'outdial-nobody';

/** What LiveKit keeps of an attempt for us, as the metadata of its record room; the room has it as it was placed. */
export interface DialRecord extends AttemptAddress {
  /** When it was about to be dialed. */
  readonly dialedTime: Instant;
  readonly maxDurationMs: number;
  /** As far as somebody of ours saw it. */
  readonly answeredTime: Instant | null;
  readonly end: AttemptEnd | null;
}

/** The record in a room's metadata; null for what is none. */
export function readRecord(metadata: string): DialRecord | null {
  try {
    const given = JSON.parse(metadata) as Partial<DialRecord> | null;
    return typeof given?.identity === 'string' && typeof given.dialedTime === 'string' ? (given as DialRecord) : null;
  } catch {
    return null;
  }
}
