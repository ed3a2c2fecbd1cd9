import { createHash } from 'node:crypto';
import type { DialerConfig } from './types.ts';

/** Characters of 6 bits each: no two providers of a deployment are ever taken for one. */
const LENGTH = 10;

/**
 * Stands for the provider that a dialer places calls on, and for the account or server there: the same in every process, and
 * as long as calls that were placed before can be asked for.
 */
export const providerOf = (dialer: DialerConfig): string =>
  createHash('sha256')
    .update(`${dialer.type} ${placeOf(dialer)}`)
    .digest('base64url')
    .slice(0, LENGTH);

function placeOf(dialer: DialerConfig): string {
  switch (dialer.type) {
    case 'simulator':
      return dialer.ledger ?? '';
    case 'http':
    case 'livekit':
      return dialer.url;
    case 'twilio':
      return `${dialer.accountSid} ${dialer.apiUrl ?? ''}`;
  }
}
