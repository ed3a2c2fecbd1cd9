import type { Instant } from '../contract/call.ts';
import type { AttemptEnd } from '../contract/placement.ts';

/** What a dialer is asked to dial. */
export interface DialRequest {
  /** `<callId>.<attempt>`: the carrier is asked once for each, ever. */
  readonly identity: string;
  readonly endpoint: string;
  /** Caller ID; null where the provider's default is meant. */
  readonly callerId: string | null;
  readonly displayName: string | null;
  /** What the agent is to say and do, its variables filled in; null for an agent without a prompt. */
  readonly prompt: string | null;
  /** The agent's and the call's `additionalData` together. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** How long it may ring, in milliseconds. */
  readonly ringTimeoutMs: number;
  /** How long it may last once answered, in milliseconds. */
  readonly maxDurationMs: number;
}

/** What a dialer knows about an identity. */
export type Found =
  /** Dialing, ringing or talking now: which, says whether it was answered. */
  | { readonly state: 'live'; readonly startedTime: Instant; readonly answeredTime: Instant | null }
  /** Over. */
  | { readonly state: 'ended'; readonly end: AttemptEnd }
  /** The carrier was never asked to dial it. */
  | { readonly state: 'never-placed' }
  /** Nobody can say. */
  | { readonly state: 'unknown' };

/** A step of a call in progress. The last one is always `ended`. */
export type Progress =
  | { readonly step: 'ringing'; readonly time: Instant }
  | { readonly step: 'answered'; readonly time: Instant }
  | { readonly step: 'ended'; readonly end: AttemptEnd };

/** A way to place calls on a provider, for one trunk. Every adapter passes the same contract test. */
export interface Dialer {
  /**
   * Asks the carrier to dial, once: a second call with the same identity would ring the person twice, and is for the
   * caller to prevent. Resolves as soon as {@link follow} can follow the call.
   */
  place(request: DialRequest): Promise<void>;
  /**
   * Tells what becomes of a call that was placed, here or by another process, from where it stands now: a call that is
   * already answered starts with `answered`, one that is over is `ended` at once. Ends after `ended`; when `signal` aborts
   * it ends without, and the call goes on. Once it has told a step, it tells every later one, even late.
   *
   * @throws when the identity was never placed
   */
  follow(identity: string, signal: AbortSignal): AsyncIterable<Progress>;
  /** What the carrier knows about an identity; of one that is `unknown`, {@link live} may still tell. */
  find(identity: string): Promise<Found>;
  /** The identities of this trunk's calls that are live at the carrier now; null where it cannot tell. */
  live(): Promise<readonly string[] | null>;
  /**
   * Stops a call that rings, ends one that talks; does nothing to one that is over or unknown. Resolves when the carrier has
   * taken the request; who follows the call is told its end: `no-answer` where it had not been answered.
   */
  hangUp(identity: string): Promise<void>;
  /** For people: "simulator, 60 times as fast". */
  describe(): string;
  /** Lets go of timers and sockets; calls in progress go on. */
  close(): void;
}
