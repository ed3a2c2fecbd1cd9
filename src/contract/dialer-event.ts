import type { Instant } from './call.ts';
import type { TrunkRef } from './trunk.ts';

/** What providers tell of an attempt by themselves. Each is told once: a repeat of it changes nothing. */
export const DIALER_EVENTS = ['ringing', 'answered', 'ended'] as const;
export type DialerEventName = (typeof DIALER_EVENTS)[number];

/** Where providers tell events, each with what names the attempt behind it. */
export const DIALER_EVENTS_PATH = '/api/v1/dialer-events';

/** The attribute of a LiveKit participant that bears the attempt's token: its events have one address for all. */
export const TOKEN_ATTRIBUTE = 'outdial.token';

/** What a provider has told of an attempt, `POST /dialer-events/{token}`, on its way to the attempt's dialer. */
export interface DialerEvent {
  readonly identity: string;
  readonly name: DialerEventName;
  /** When it happened, as far as the provider says; else when it was told. */
  readonly time: Instant;
  /** What else was told, for the dialer to read: at most {@link LARGEST_EVENT_BYTES} as JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Well under the 2 MB that Temporal takes, since an end's transcript is in several events of its call. */
export const LARGEST_EVENT_BYTES = 1_000_000;

/** Whose attempt an event is of: what the token in a callback's address stands for. */
export interface AttemptAddress extends TrunkRef {
  readonly identity: string;
}
