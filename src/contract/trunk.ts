import type { Instant } from './call.ts';

/** Which trunk. */
export interface TrunkRef {
  readonly orgId: string;
  readonly trunk: string;
}

/** Whether a trunk dials, and why not. */
export interface TrunkState {
  readonly paused: boolean;
  readonly reason: string | null;
  /** Since when, as far as its queue knows. */
  readonly since: Instant | null;
}

/** What `hostLines` reports with each heartbeat. */
export interface HostReport {
  readonly lines: number;
  readonly busy: number;
  /** Calls that are handed out and wait for a line. */
  readonly waiting: number;
}

/**
 * How often `hostLines` must be heard of, in milliseconds: a host that is silent for longer is replaced. A process that
 * stands still may be given the lines once more, since its poll is still waiting: after two such times, another has them
 * within 20 s.
 */
export const HOST_HEARTBEAT_TIMEOUT_MS = 7_000;

/** How often `placeCall` and `takeOver` must be heard of, in milliseconds: then the call is taken over. */
export const CALL_HEARTBEAT_TIMEOUT_MS = 10_000;
