import { toInstant } from '../domain/instant.ts';
import { providerOf } from '../config/provider-of.ts';
import type { DialedVia, PlaceCallInput } from '../contract/placement.ts';
import type { AttemptRef } from '../dialers/dialer.ts';
import type { TrunkHost } from './trunk-host.ts';

/** How far back an attempt is looked for that no workflow knows the time of, in milliseconds. */
const LONG_AGO_MS = 7 * 24 * 60 * 60_000;

/** The caller ID that a call goes out with; null leaves it to the provider. */
export const callerIdOf = (host: TrunkHost, { overrideOutboundConfig }: PlaceCallInput): string | null =>
  overrideOutboundConfig?.phoneNumber ?? host.trunk()?.callerId ?? null;

/** What an attempt is dialed with now; null where its trunk is gone from the configuration. */
export function viaOf(host: TrunkHost, input: PlaceCallInput): DialedVia | null {
  const trunk = host.trunk();
  return trunk === undefined ? null : { provider: providerOf(trunk.dialer), callerId: callerIdOf(host, input) };
}

/** Whether the trunk has moved to another provider since the attempt was dialed: that one knows nothing of it. */
export function hasMoved(host: TrunkHost, input: PlaceCallInput): boolean {
  const [before, now] = [input.known?.via ?? null, viaOf(host, input)];
  return before !== null && now !== null && before.provider !== now.provider;
}

/** What an attempt can be found by at the provider. */
export const attemptRef = (host: TrunkHost, input: PlaceCallInput, identity: string): AttemptRef => ({
  identity,
  endpoint: input.endpoint,
  // Null is a caller ID, too: the provider's own.
  callerId: input.known?.via == null ? callerIdOf(host, input) : input.known.via.callerId,
  since: input.known?.startedTime ?? toInstant(Date.now() - LONG_AGO_MS),
});
