import type { DialerConfig } from '../../config/schema.ts';
import { readHttpEvent } from './http.ts';
import type { ReadEvent } from './provider-request.ts';
import { readTwilioEvent } from './twilio.ts';

/** How events of a trunk with this dialer are read; null where its provider tells none. */
export function readerOf(dialer: DialerConfig): ReadEvent | null {
  switch (dialer.type) {
    case 'simulator':
      return null;
    // Told to one address for all: `livekit.ts`.
    case 'livekit':
      return null;
    case 'http':
      return readHttpEvent;
    case 'twilio':
      return readTwilioEvent(dialer);
  }
}
