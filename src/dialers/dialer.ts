import type { Instant } from '../contract/call.ts';
import type { AttemptEnd } from '../contract/placement.ts';

/** What an attempt can be found by at a provider. */
export interface AttemptRef {
  /** `<callId>.<attempt>`: the carrier is asked once for each, ever. */
  readonly identity: string;
  readonly endpoint: string;
  /** Caller ID; null where the provider's default is meant. */
  readonly callerId: string | null;
  /** It was not dialed before this. */
  readonly since: Instant;
}

/** What a dialer is asked to dial. */
export interface DialRequest extends Omit<AttemptRef, 'since'> {
  readonly agentId: string;
  /** What the agent is called at the provider; null for the trunk's own. */
  readonly voiceAgent: string | null;
  /** What the called party may be shown; null where nothing is asked for. */
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

/** What a dialer knows about an attempt. */
export type Found =
  /** Dialing, ringing or talking now: which, says whether it was answered. */
  | { readonly state: 'live'; readonly startedTime: Instant; readonly answeredTime: Instant | null }
  /** Over. */
  | { readonly state: 'ended'; readonly end: AttemptEnd }
  /** The carrier was never asked to dial it, and no request that could still do so is on its way. */
  | { readonly state: 'never-placed' }
  /** Nobody can say. */
  | { readonly state: 'unknown' };

/** A step of a call in progress. The last one is always `ended`. */
export type Progress =
  | { readonly step: 'ringing'; readonly time: Instant }
  | { readonly step: 'answered'; readonly time: Instant }
  | { readonly step: 'ended'; readonly end: AttemptEnd };

/** Makes sure that an attempt is still this process's to dial: at once where there is no doubt. @throws where it may not be */
export type Confirm = () => Promise<void>;

/** For who is alone. */
export const alwaysSure: Confirm = () => Promise.resolve();

/** A way to place calls on a provider, for one trunk. Every adapter passes the same contract test. */
export interface Dialer {
  /**
   * Asks the provider to dial, once: a second call with the same identity would ring the person twice, and is for the
   * caller to prevent. Resolves as soon as {@link follow} can follow the call, and does not wait for it to ring. What the
   * provider refuses is told by {@link follow}, as an end; where nobody can say whether it dials, as an end that is
   * `uncertain` unless it turns up.
   *
   * @param confirm asked again where much may have happened since the caller made sure, before the provider is asked for what
   *   cannot be taken back: it throws where the attempt may be another process's by now, and then nobody is dialed
   * @throws ProviderUnavailable when the provider could not be asked: nobody was rung, and nobody will be
   * @throws what `confirm` throws
   */
  place(request: DialRequest, confirm?: Confirm): Promise<void>;
  /**
   * Tells what becomes of a call that this dialer has placed, found or listed as live, from where it stands now: a call that
   * is already answered starts with `answered`, one that is over is `ended` at once. Ends after `ended`; when `signal`
   * aborts it ends without, and the call goes on. Once it has told a step, it tells every later one, even late. A provider
   * that cannot be reached meanwhile is asked again.
   *
   * @throws when the identity is not known here
   */
  follow(identity: string, signal: AbortSignal): AsyncIterable<Progress>;
  /**
   * What the provider knows about an attempt, whichever process has dialed it; of one that is `unknown`, {@link live} may
   * still tell. Who asks is the one to dial it from now on: a dial that is only prepared here yet is given up.
   *
   * @throws when the provider cannot be asked
   */
  find(attempt: AttemptRef): Promise<Found>;
  /** The identities of this trunk's calls that are live at the carrier now; null where it cannot tell. */
  live(): Promise<readonly string[] | null>;
  /**
   * Stops a call that rings, ends one that talks; does nothing to one that is over or unknown. Resolves when the carrier has
   * taken the request; who follows the call is told its end: `no-answer` where it had not been answered.
   *
   * @throws when the provider cannot be asked
   */
  hangUp(identity: string): Promise<void>;
  /** For people: "simulator, 60 times as fast". */
  describe(): string;
  /** Lets go of timers and sockets; calls in progress go on. */
  close(): void;
}

/** The provider could not be asked to dial: nobody was rung, and nobody will be by this request. */
export class ProviderUnavailable extends Error {
  override readonly name = 'ProviderUnavailable';
}
