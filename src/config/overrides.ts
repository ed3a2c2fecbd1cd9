import type { DialerConfig } from './types.ts';

/** What of a call's `overrideOutboundConfig`, beside its trunk, reaches the provider. */
export interface Overrides {
  /** The caller ID. */
  readonly phoneNumber: boolean;
  readonly displayName: boolean;
}

const OVERRIDES: Readonly<Record<DialerConfig['type'], Overrides>> = {
  simulator: { phoneNumber: true, displayName: true },
  http: { phoneNumber: true, displayName: true },
  livekit: { phoneNumber: true, displayName: true },
  twilio: { phoneNumber: true, displayName: false }, // what people are shown is the number's own (CNAM, branded calling)
};

/** What a dialer can pass on to its provider: a call that asks for more is refused, not dialed without it. */
export const overridesOf = ({ type }: DialerConfig): Overrides => OVERRIDES[type];
