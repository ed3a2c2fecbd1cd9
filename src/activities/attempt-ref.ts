import { toInstant } from '../domain/instant.ts';
import type { PlaceCallInput } from '../contract/placement.ts';
import type { AttemptRef } from '../dialers/dialer.ts';
import type { TrunkHost } from './trunk-host.ts';

/** How far back an attempt is looked for that no workflow knows the time of, in milliseconds. */
const LONG_AGO_MS = 7 * 24 * 60 * 60_000;

/** The caller ID that a call goes out with; null leaves it to the provider. */
export const callerIdOf = (host: TrunkHost, { overrideOutboundConfig }: PlaceCallInput): string | null =>
  overrideOutboundConfig?.phoneNumber ?? host.trunk()?.callerId ?? null;

/** What an attempt can be found by at the provider. */
export const attemptRef = (host: TrunkHost, input: PlaceCallInput, identity: string): AttemptRef => ({
  identity,
  endpoint: input.endpoint,
  callerId: callerIdOf(host, input),
  since: input.known?.startedTime ?? toInstant(Date.now() - LONG_AGO_MS),
});
