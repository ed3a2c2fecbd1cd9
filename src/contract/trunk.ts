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

/** What rules the waiting of an organization's calls, as far as two versions of it have to be told apart. */
export interface AgentRules {
  /** For each agent a fingerprint of its calling hours: some 90 bytes with the longest of names. */
  readonly hours: Readonly<Record<string, string>>;
  /** Those that are switched off. */
  readonly disabled: readonly string[];
}

/** What a trunk's host goes by: the signal `trunkSettings`. Hosts of an earlier version send nothing with it. */
export interface TrunkSettings extends AgentRules {
  readonly callsPerSecond: number | null;
}

/** Agents whose waiting calls are to be planned anew. */
export interface ChangedAgents {
  /** Their calling hours have changed, or they are new. */
  readonly hours: readonly string[];
  /** They are switched on again: what was held back for that is to go on. */
  readonly enabled: readonly string[];
}

/** What `replanCalls` is asked. */
export interface ReplanRequest extends TrunkRef, ChangedAgents {
  /** What is to count: a worker that knows of other rules leaves it to one that knows of these. */
  readonly rules: AgentRules;
}

/** What a run of `trunkLines` leaves to the next one. */
export interface TrunkMemory {
  /** As its host last said; left out where none has. */
  readonly settings?: TrunkSettings;
  /** Not done with. */
  readonly replanning: ChangedAgents;
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
