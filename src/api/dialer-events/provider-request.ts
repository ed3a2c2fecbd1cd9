import type { Request } from 'express';
import type { DialerEvent } from '../../contract/dialer-event.ts';

/** What a provider has sent. */
export interface ProviderRequest {
  readonly request: Request;
  /** As it came over the wire. */
  readonly body: string;
  /** Where the API can be reached from outside: some providers sign the address. */
  readonly publicUrl: string;
}

/**
 * Reads what a provider has sent of an attempt; null for what needs not be known.
 *
 * @throws Problem for what is forged, or no event
 */
export type ReadEvent = (sent: ProviderRequest) => Promise<Omit<DialerEvent, 'identity'> | null>;
