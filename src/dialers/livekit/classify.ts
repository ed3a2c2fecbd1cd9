import { DisconnectReason } from '@livekit/protocol';
import type { Disposition } from '../../contract/call.ts';
import { notFreeOnceRung } from '../once-rung.ts';
import { AnswerLost, NotReached, Refused } from './errors.ts';

/** What an attempt that nobody has answered comes to. */
export interface Classified {
  readonly disposition: Disposition;
  /** `486`: the called side's SIP status; else LiveKit's own word. */
  readonly providerCode: string | null;
  /** For people; null where the disposition says it all. */
  readonly errorMessage: string | null;
}

/**
 * Dispositions by SIP status, RFC 3261 section 21 unless said otherwise, as carriers use them in practice.
 *
 * @see https://www.iana.org/assignments/sip-parameters/sip-parameters.xhtml#sip-parameters-7
 */
const BY_SIP_STATUS: Readonly<Record<number, Disposition>> = {
  // Our side of the telephone: the trunk's credentials, its balance, what it may call and as whom.
  401: 'carrier-rejected',
  402: 'carrier-rejected',
  403: 'carrier-rejected',
  407: 'carrier-rejected',
  // Not Found, Gone, Unsupported URI Scheme, Address Incomplete, Ambiguous: no such number, now and later.
  404: 'invalid-number',
  410: 'invalid-number',
  416: 'invalid-number',
  484: 'invalid-number',
  485: 'invalid-number',
  // Request Timeout: the telephone could not be found in time. It may be switched off.
  408: 'unreachable',
  // Temporarily Unavailable: switched off, out of coverage, do not disturb.
  480: 'unreachable',
  486: 'busy',
  // Request Terminated: it has rung for as long as it may.
  487: 'no-answer',
  // Use Identity Header and its kind (RFC 8224), Anonymity Disallowed (RFC 5079): the caller ID is what is refused.
  428: 'carrier-rejected',
  429: 'carrier-rejected',
  433: 'carrier-rejected',
  436: 'carrier-rejected',
  437: 'carrier-rejected',
  438: 'carrier-rejected',
  600: 'busy',
  603: 'declined',
  604: 'invalid-number',
  // Unwanted (RFC 8197): the person says that it is spam.
  607: 'declined',
  // Rejected (RFC 8688): somebody's filter says so for the person.
  608: 'declined',
};

/** What a SIP status that ended a dial means, where the telephone has not rung. */
export function bySipStatus(status: number): Disposition {
  // All 5xx: a server on the way fails or has no capacity (503).
  return BY_SIP_STATUS[status] ?? (status >= 500 && status < 600 ? 'carrier-rejected' : 'failed');
}

/**
 * What an error of the request to dial means. The SIP status is looked at first: Twirp's codes collide (`not_found` is an
 * unknown trunk, or a number that SIP does not find).
 *
 * @param lastStatus the `sip.callStatus` that was seen last; null where none was
 * @returns null where nobody can say whether it dials: then who is in the room tells
 */
export function ofFailedDial(error: unknown, lastStatus: string | null): Classified | null {
  const failed = byError(error, lastStatus);
  return failed === null ? null : notFreeOnceRung(failed, lastStatus === 'ringing');
}

function byError(error: unknown, lastStatus: string | null): Classified | null {
  if (error instanceof NotReached) return carrierRejected(null, 'LiveKit could not be reached when it was to dial');
  if (!(error instanceof Refused)) return null;
  const { code, sipStatus } = error;
  if (sipStatus !== null) {
    return { disposition: bySipStatus(sipStatus), providerCode: String(sipStatus), errorMessage: null };
  }
  switch (code) {
    // LiveKit's own time-out: it has rung for as long as it may, or the trunk's INVITE was never answered (UDP).
    case 'deadline_exceeded':
      return lastStatus === 'dialing'
        ? carrierRejected(code, TRUNK_UNREACHABLE)
        : { disposition: 'no-answer', providerCode: code, errorMessage: null };
    case 'invalid_argument':
    case 'malformed':
      return {
        disposition: 'invalid-number',
        providerCode: code,
        errorMessage: 'LiveKit takes this for no number that can be dialed',
      };
    // "connection refused": the trunk's own address (TCP).
    case 'failed_precondition':
      return carrierRejected(code, TRUNK_UNREACHABLE);
    case 'not_found':
      return carrierRejected(code, 'LiveKit knows no outbound trunk of this ID');
    // "no response from servers": no SIP bridge runs, or none has room. Nothing was dialed.
    case 'unavailable':
      return carrierRejected(code, 'LiveKit has no SIP bridge that could dial');
    // It might have begun to dial.
    case 'internal':
    case 'unknown':
      return null;
    // Somebody has thrown the person out while it rang.
    case 'canceled':
      return { disposition: 'no-answer', providerCode: code, errorMessage: null };
    default:
      // Once the person was in the room, the telephone may have rung: that costs an attempt.
      return lastStatus === null ? refusal(error) : { ...refusal(error), disposition: 'failed' };
  }
}

/**
 * Why LiveKit takes no call of the trunk now, whichever it is: it cannot be asked, or does not accept the API key. Null where
 * it is this call that is refused.
 */
export function whyTrunkMustWait(error: unknown): string | null {
  if (!(error instanceof Refused)) return (error as Error).message;
  return KEY_REFUSALS[error.code] ?? (isPassing(error) ? error.message : null);
}

/** What it means that LiveKit makes no room for a call. Nobody was rung. */
export function ofRefusedRoom(error: Refused): Classified {
  if (error.code === 'invalid_argument') {
    const errorMessage = 'LiveKit does not take this much for an agent: prompt and variables are too long';
    return { disposition: 'failed', providerCode: error.code, errorMessage };
  }
  return refusal(error);
}

/** What it means that the person has left the room, where nobody had answered. `reason` is LiveKit's number for it. */
export function ofLeaving(lastStatus: string | null, reason: number | null): Classified {
  return notFreeOnceRung(byReason(lastStatus, reason), lastStatus === 'ringing');
}

function byReason(lastStatus: string | null, reason: number | null): Classified {
  const providerCode = reason === null ? null : (DisconnectReason[reason] ?? String(reason));
  if (lastStatus === 'dialing') return carrierRejected(providerCode, TRUNK_UNREACHABLE);
  switch (reason) {
    // 486 and 603 alike; far more of them are busy, and somebody who declines is not rung for it at once.
    case DisconnectReason.USER_REJECTED:
      return { disposition: 'busy', providerCode, errorMessage: null };
    case DisconnectReason.SIP_TRUNK_FAILURE:
      return carrierRejected(providerCode, 'The SIP trunk has failed');
    // A SIP error that LiveKit does not tell here.
    case DisconnectReason.CLIENT_INITIATED:
      return { disposition: 'failed', providerCode, errorMessage: 'The carrier has ended the dial' };
    default:
      return { disposition: 'no-answer', providerCode, errorMessage: null };
  }
}

/** Nobody was rung, for reasons of ours: it costs no attempt. */
export const carrierRejected = (providerCode: string | null, errorMessage: string): Classified => ({
  disposition: 'carrier-rejected',
  providerCode,
  errorMessage,
});

const TRUNK_UNREACHABLE = 'LiveKit cannot reach the carrier of the SIP trunk';

const refusal = ({ code }: Refused): Classified =>
  carrierRejected(code, REFUSALS[code] ?? `LiveKit refuses to dial (${code})`);

const KEY_NOT_ACCEPTED = 'LiveKit does not accept the API key';
const KEY_NOT_ALLOWED = 'LiveKit does not allow this API key to dial';

/** How it refuses an API key: in Twirp's words, or in HTTP's, where the request does not come as far as that. */
const KEY_REFUSALS: Readonly<Record<string, string>> = {
  unauthenticated: KEY_NOT_ACCEPTED,
  http_401: KEY_NOT_ACCEPTED,
  permission_denied: KEY_NOT_ALLOWED,
  http_403: KEY_NOT_ALLOWED,
};

const REFUSALS: Readonly<Record<string, string>> = {
  ...KEY_REFUSALS,
  resource_exhausted: 'LiveKit has no capacity left',
};

/** Whether an error leaves it open what has happened, so that it is worth asking again. */
export const isPassing = (error: unknown): boolean =>
  error instanceof NotReached ||
  error instanceof AnswerLost ||
  (error instanceof Refused && error.code === 'unavailable');
