import type { Disposition } from '../../contract/call.ts';

/** What an error of Twilio's means for an attempt. `says` is for people, and names no number. */
export interface Refusal {
  readonly disposition: Extract<Disposition, 'invalid-number' | 'carrier-rejected' | 'failed'>;
  readonly says: string;
}

const invalid = (says: string): Refusal => ({ disposition: 'invalid-number', says });
/** It rings nobody and passes: it costs no attempt. */
const noCapacity = (says: string): Refusal => ({ disposition: 'carrier-rejected', says });
/** An operator has to do something about it. */
const failed = (says: string): Refusal => ({ disposition: 'failed', says });

const ACCOUNT_NOT_ACTIVE = failed('the account is not active (suspended, closed, or out of money)');
const NOT_AUTHENTICATED = failed(
  'it does not know the credentials of the trunk: see its accountSid, authToken and apiKey',
);
const NOT_ITS_CALLER_ID = failed('the caller ID is neither a number of the account nor a verified one');
const NO_PERMISSION = failed('the account may not call there: see Voice Geographic Permissions in its console');
const INVALID = invalid('it is no number that can be called');

/**
 * Errors by which Twilio refuses to place a call, or says why one has failed: what
 * https://www.twilio.com/docs/api/errors/<code> says of each, in a few words.
 */
const BY_CODE: Readonly<Record<number, Refusal>> = {
  10001: ACCOUNT_NOT_ACTIVE, // Account is not active
  10002: failed('a trial account cannot do this'), // Trial account does not support this feature
  10004: noCapacity('the account has all the calls at once that it may have'), // Call concurrency limit exceeded
  10005: failed('voice calling is disabled for the account'), // Voice calling has been disabled for this account
  13223: INVALID, // Dial: Invalid phone number format
  13224: INVALID, // Dial: Twilio does not support calling this number or the number is invalid
  13225: failed('it does not call this number'), // Dial: Forbidden phone number
  13227: NO_PERMISSION, // Dial: No international permission
  20003: NOT_AUTHENTICATED, // Authentication error: no (or wrong) credentials
  20005: ACCOUNT_NOT_ACTIVE, // Account not active
  20008: failed('test credentials cannot place calls'), // Cannot access this resource with test credentials
  20403: ACCOUNT_NOT_ACTIVE, // Forbidden: typically an account that was suspended or closed
  20404: NOT_AUTHENTICATED, // The requested resource was not found: for calls, the account
  20429: noCapacity('there are too many requests of the account at once'), // Too many requests; never processed
  21201: INVALID, // No 'To' number specified
  21202: failed('it does not call premium and emergency numbers'), // 'To' number is a premium number
  21203: NO_PERMISSION, // International calling not enabled
  21205: failed('the address that it is to tell events to is not valid: see OUTDIAL_PUBLIC_URL'), // Invalid URL
  21210: NOT_ITS_CALLER_ID, // 'From' phone number not verified
  21211: INVALID, // Invalid 'To' phone number
  21212: NOT_ITS_CALLER_ID, // Invalid 'From' phone number
  21213: NOT_ITS_CALLER_ID, // 'From' phone number is required
  21214: invalid('the number cannot be reached'), // 'To' phone number cannot be reached
  21215: NO_PERMISSION, // Geographic permission configuration is not permitting the call
  21216: failed('the account may not call this number'), // Account not allowed to call the number
  21217: INVALID, // Phone number does not appear to be valid
  21219: failed('a trial account calls verified numbers only'), // 'To' phone number not verified
  21421: INVALID, // PhoneNumber is invalid
  21609: failed('the address that it is to tell events to is not valid: see OUTDIAL_PUBLIC_URL'), // Invalid 'StatusCallback'
  // In no list of Twilio's: its documentation has no page for it, and it is met where there is no capacity.
  22005: noCapacity('there is no capacity for the call'),
  32205: NO_PERMISSION, // SIP: Geographic permissions do not allow the call
  32224: failed('regulation does not let it through'), // Forwarded call blocked by Twilio
  573005: failed('a trial account calls verified numbers only'), // Destination number has not completed verification
};

/** What an error code of Twilio's means; null for one that says nothing in particular. */
export const refusalByCode = (code: number | null): Refusal | null => (code === null ? null : (BY_CODE[code] ?? null));

/** What an HTTP status by which Twilio refuses a call means, with its code where there is one. */
export function refusalOf(status: number, code: number | null): Refusal {
  const known = refusalByCode(code);
  if (known !== null) return known;
  if (status === 429) return noCapacity('there are too many requests of the account at once');
  if (status === 401) return NOT_AUTHENTICATED;
  if (status === 403) return failed('the account, or its API key, may not place calls');
  return failed('see its list of errors');
}

/** Whether it is the trunk that is refused, whichever call it was: none goes out until somebody has seen to that. */
export const isOfTrunk = (refusal: Refusal): boolean => refusal === ACCOUNT_NOT_ACTIVE || refusal === NOT_AUTHENTICATED;

/**
 * Whether an answer leaves it open that the call was placed. Of 500, Twilio says that a call may go out all the same
 * (https://www.twilio.com/docs/api/errors/20500); of the others, what answers may be an intermediary.
 */
export const isOpen = (status: number): boolean => status >= 500 || status === 408;

/**
 * Whether an answer that left it open speaks for nothing to come any more: who answers 502 or 503 has not taken the request,
 * or says so while Twilio is down. With no such call in Twilio's list, there was none.
 */
export const isMostLikelyRefused = (status: number): boolean => status === 502 || status === 503;
