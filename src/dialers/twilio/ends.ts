import type { Disposition } from '../../contract/call.ts';
import { notFreeOnceRung } from '../once-rung.ts';
import { refusalByCode } from './refusals.ts';

/** What Twilio says of a call that is over. */
export interface End {
  /** Of the call resource: `completed`, `busy`, `no-answer`, `failed` or `canceled`. */
  readonly status: string;
  /** What the last SIP response was; told by status callbacks alone. */
  readonly sipCode: number | null;
  readonly errorCode: number | null;
  readonly answeredBy: string | null;
  /** Whether the phone was seen to ring. */
  readonly hasRung: boolean;
}

/** What an end means. */
export interface Verdict {
  readonly disposition: Disposition;
  /** For people; null where nothing went wrong. */
  readonly errorMessage: string | null;
}

/** The statuses that a call does not leave any more (https://www.twilio.com/docs/voice/api/call-resource#call-status-values). */
const FINAL = ['completed', 'busy', 'no-answer', 'failed', 'canceled'];

export const isFinal = (status: string): boolean => FINAL.includes(status);

export const isMachine = (answeredBy: string | null): boolean =>
  answeredBy !== null && (answeredBy.startsWith('machine') || answeredBy === 'fax');

/** How a call has ended. Unknown words and codes are `failed`: nobody is rung again by mistake because of them. */
export function verdictOf({ status, sipCode, errorCode, answeredBy, hasRung }: End): Verdict {
  if (status === 'completed') return fine(isMachine(answeredBy) ? 'voicemail' : 'answered');
  if (status === 'canceled') return fine('no-answer');
  if (sipCode === 603 || sipCode === 607) return fine('declined');
  if (status === 'busy') return fine('busy');
  if (status === 'no-answer') return fine('no-answer');
  return notFreeOnceRung(byErrorCode(errorCode) ?? bySip(sipCode), hasRung);
}

const failure = (disposition: Disposition, errorMessage: string): Verdict => ({ disposition, errorMessage });

function byErrorCode(code: number | null): Verdict | null {
  const refusal = refusalByCode(code);
  return refusal === null ? null : failure(refusal.disposition, `Twilio has not connected the call: ${refusal.says}`);
}

const fine = (disposition: Disposition): Verdict => ({ disposition, errorMessage: null });

/** RFC 3261, section 21: what the network, or the phone, has answered. */
function bySip(code: number | null): Verdict {
  switch (code) {
    case 486: // Busy Here
    case 600: // Busy Everywhere
      return fine('busy');
    case 408: // Request Timeout
    case 487: // Request Terminated
      return fine('no-answer');
    case 404: // Not Found
    case 410: // Gone
    case 484: // Address Incomplete
    case 604: // Does Not Exist Anywhere
      return failure('invalid-number', 'The number does not exist');
    case 480: // Temporarily Unavailable
      return failure('unreachable', 'The phone is switched off or out of reach');
    case 429: // Too Many Requests
    case 500: // Server Internal Error
    case 502: // Bad Gateway
    case 503: // Service Unavailable
    case 504: // Server Time-out
      return failure('carrier-rejected', 'The carrier could not take the call');
    default:
      return failure('failed', 'Twilio could not connect the call');
  }
}
