import type { CountryCode } from 'libphonenumber-js/min';
import type { RetryPolicy } from '../contract/call.ts';
import type { Schedule } from '../contract/schedule.ts';

/** What shares a deployment with others and sees nothing of them. Its API keys are kept apart, as hashes. */
export interface OrganizationConfig {
  readonly orgId: string;
  /** Keys of `additionalData` that calls can be searched by. @default `campaignId` alone */
  readonly searchable: readonly string[];
}

/** How a trunk places calls. A union by `type`: one member for each dialer. */
export type DialerConfig = SimulatorConfig;

/** Dials nobody: calls ring, are answered and end by themselves. */
export interface SimulatorConfig {
  readonly type: 'simulator';
  /** How many times as fast as real calls its calls pass. @default 1 */
  readonly speed: number;
  /** The file in which it keeps what it dialed, as a carrier would, as written in `outdial.yaml`; null is one of its own for
   * each trunk, in the data directory. */
  readonly ledger: string | null;
}

/** A way out to the telephone network. */
export interface TrunkConfig {
  readonly orgId: string;
  readonly name: string;
  /** Calls at once, 1 to 10,000. */
  readonly lines: number;
  /** The most dials a second, 0.5 being one every two seconds; null is no limit. */
  readonly callsPerSecond: number | null;
  /** Null leaves it to the provider. */
  readonly callerId: string | null;
  /** `e164`: phone numbers and SIP URIs; `any`: whatever the provider understands. @default e164 */
  readonly endpoints: 'e164' | 'any';
  readonly dialer: DialerConfig;
}

/** A voice AI agent: whom it calls when, how often, and through which trunk. */
export interface AgentConfig {
  readonly orgId: string;
  readonly agentId: string;
  /** For people. */
  readonly name: string;
  /** A disabled agent takes no new calls and holds those it has. @default true */
  readonly isEnabled: boolean;
  /** The name of a trunk of the same organization. */
  readonly trunk: string;
  /** A mustache template of variables only. */
  readonly prompt: string | null;
  /** Variables for the prompt, which a call's own override key by key. @default none */
  readonly additionalData: Readonly<Record<string, unknown>>;
  /** For phone numbers without +; null refuses them. */
  readonly defaultCountry: CountryCode | null;
  /** The zone of calls that name none: the schedule's, else the agent's own, else UTC. */
  readonly timezone: string;
  /** From when a call may go out to the deadline of one that names none, in milliseconds. @default 24h */
  readonly defaultDeadlineMs: number;
  /** Voicemail ends the call as Completed, or counts as an attempt to be retried. @default complete */
  readonly onVoicemail: 'complete' | 'retry';
  /** Null is always open. */
  readonly schedule: Schedule | null;
  /** Without `retry` in the file a call is attempted once. */
  readonly retry: RetryPolicy;
  /** How long it may ring, in milliseconds, 5s to 5m. @default 45s */
  readonly ringTimeoutMs: number;
  /** How long a call may last once answered, in milliseconds, 1s to 24h. @default 1h */
  readonly maxDurationMs: number;
}
