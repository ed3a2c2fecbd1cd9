import { DISPOSITIONS, type Disposition, type Instant, type OutboundOverride, type Plan } from './call.ts';
import type { Tried } from './webhook.ts';

/**
 * What `placeCall` and `takeOver` are asked: one attempt of one call. It stays readable for workers of older and newer
 * versions, since the queues of a trunk are shared by all of them.
 */
export interface PlaceCallInput {
  readonly orgId: string;
  readonly agentId: string;
  readonly batchId: string | null;
  readonly trunk: string;
  /** As the dialer gets it. */
  readonly endpoint: string;
  /** As webhooks have it; calls of earlier versions do not say. */
  readonly endpointAsSent?: string;
  readonly additionalData: Readonly<Record<string, unknown>> | null;
  readonly priority: number;
  readonly callDeadline: Instant;
  readonly timezone: string;
  readonly overrideOutboundConfig: OutboundOverride | null;
  readonly attempt: number;
  /** Names this scheduling of `placeCall`: what its signals bear, so that those of an earlier one are seen to be stale. */
  readonly placement: string;
  /** The first run of the workflow: in any other one (a reset) the attempt may have been dialed already. */
  readonly firstRunId: string;
  /** Of `takeOver`: what its workflow knows of the attempt that it asks about. Those of earlier versions do not say. */
  readonly known?: KnownOfAttempt;
}

/** What a workflow knows of an attempt whose worker is gone. */
export interface KnownOfAttempt {
  /** When it was about to be dialed; null where that was never told. */
  readonly startedTime: Instant | null;
  readonly answeredTime: Instant | null;
  /** Null where that was never told, or by a worker of an earlier version. */
  readonly via: DialedVia | null;
}

/** What an attempt is dialed with, told before the dial: so that nobody takes the word of another provider for this one's. */
export interface DialedVia {
  /** Stands for the provider, and for the account or the server there. */
  readonly provider: string;
  readonly callerId: string | null;
}

/** The end of an attempt, as the dialer tells it. */
export interface AttemptEnd {
  readonly startedTime: Instant;
  readonly answeredTime: Instant | null;
  readonly endedTime: Instant;
  readonly disposition: Disposition;
  readonly providerCode: string | null;
  /** The provider's ID of the call or of its recording. */
  readonly recordId: string | null;
  readonly transcription: string | null;
  /** What went wrong, for people; null where nothing did. */
  readonly errorMessage: string | null;
  /** What the voice platform made of the call, where it does. */
  readonly postCallAnalysis?: unknown;
}

/** Why a call is not dialed any more: it is too late, nobody wants it (the call, or its whole batch), or it is not allowed. */
const NOT_DIALED_BECAUSE = [
  'deadline',
  'canceled',
  'batch',
  'suppressed',
  'predial',
  'country-not-allowed',
  'caller-id-not-allowed',
] as const;
export type NotDialedBecause = (typeof NOT_DIALED_BECAUSE)[number];

/** How a `placeCall` or a `takeOver` ended. A business outcome is a value, never an exception. */
export type Outcome =
  /** The gate said no: nothing was dialed, no attempt spent. `askedTime` is what the worker's clock showed. */
  | { readonly kind: 'not-now'; readonly plan: Plan; readonly askedTime?: Instant }
  /** Nothing was dialed, and nothing will be. `message` says more, for people. */
  | { readonly kind: 'not-dialed'; readonly because: NotDialedBecause; readonly message?: string }
  /**
   * It was dialed, and it is over. `stoppedBy` says who ended one that nobody had answered; `tellsResult` whether its agent
   * has a webhook for results (workers of earlier versions do not say); `start` how its start was told; `startUntold` that
   * the workflow is to see to that, since the worker could not.
   */
  | {
      readonly kind: 'ended';
      readonly end: AttemptEnd;
      readonly stoppedBy: 'deadline' | 'canceled' | null;
      readonly tellsResult?: boolean;
      readonly start?: Tried | null;
      readonly startUntold?: true;
    }
  /** `takeOver` alone: the carrier has never heard of it. */
  | { readonly kind: 'never-placed' };

/** Whether a result can be taken for an outcome: it comes from a worker of another version, or from an operator. */
export function isOutcome(given: unknown): given is Outcome {
  const { kind, plan, because, end } = (given ?? {}) as Readonly<Record<string, unknown>>;
  switch (kind) {
    case 'not-now':
      return !Number.isNaN(Date.parse(String((plan as Partial<Plan> | null | undefined)?.at)));
    case 'not-dialed':
      return NOT_DIALED_BECAUSE.some((one) => one === because);
    case 'ended':
      return DISPOSITIONS.some((one) => one === (end as Partial<AttemptEnd> | null | undefined)?.disposition);
    case 'never-placed':
      return true;
    default:
      return false;
  }
}
