import type { Request } from 'express';
import type { DialerConfig } from '../../config/schema.ts';
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

/** How events of a trunk with this dialer are read; null where its provider tells none. */
export function readerOf(dialer: DialerConfig): ReadEvent | null {
  switch (dialer.type) {
    case 'simulator':
      return null;
    // Told to one address for all: `livekit.ts`.
    case 'livekit':
      return null;
  }
}
