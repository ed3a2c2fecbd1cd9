import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import type { TwilioConfig } from '../../config/schema.ts';
import { DIALER_EVENTS_PATH, type DialerEvent, type DialerEventName } from '../../contract/dialer-event.ts';
import { badRequest, Problem } from '../problem.ts';
import type { ReadEvent } from './provider-request.ts';

/** What the dialer reads of an event. All else, numbers above all, is left out. */
const KEPT = ['CallSid', 'CallStatus', 'CallDuration', 'SipResponseCode', 'ErrorCode', 'AnsweredBy'] as const;

/**
 * Statuses of calls (https://www.twilio.com/docs/voice/api/call-resource#call-status-values) as events. The first that is
 * told is `initiated`: the call is on its way, and from then on it is known under which SID.
 */
const EVENT_OF: Readonly<Record<string, DialerEventName>> = {
  queued: 'ringing',
  initiated: 'ringing',
  ringing: 'ringing',
  'in-progress': 'answered',
  completed: 'ended',
  busy: 'ended',
  'no-answer': 'ended',
  failed: 'ended',
  canceled: 'ended',
};

/**
 * Reads Twilio's status callbacks, and what its answering machine detection has made out: forms, signed with the account's
 * auth token (https://www.twilio.com/docs/usage/webhooks/webhooks-security).
 */
export const readTwilioEvent =
  ({ authToken }: TwilioConfig): ReadEvent =>
  ({ request, body, publicUrl }) => {
    const fields = Object.fromEntries(new URLSearchParams(body));
    // As it was given to Twilio, which signs it: behind a proxy the request itself shows another one.
    const url = `${publicUrl}${DIALER_EVENTS_PATH}/${String(request.params.token)}`;
    const signature = request.get('X-Twilio-Signature') ?? '';
    if (!validateRequest(authToken, signature, url, fields)) throw forged();
    return Promise.resolve(eventOf(fields));
  };

const forged = (): Problem =>
  new Problem(
    403,
    'Forbidden',
    'The signature is not one that Twilio makes of this request with the auth token of the trunk: see `authToken`, and OUTDIAL_PUBLIC_URL, which it signs.',
  );

function eventOf(fields: Readonly<Record<string, string>>): Omit<DialerEvent, 'identity'> | null {
  const { CallSid, CallStatus, AnsweredBy, Timestamp } = fields;
  if (CallSid === undefined) throw badRequest('Expected a status callback of Twilio, with a CallSid.');
  const time = Date.parse(Timestamp ?? '');
  // The detection's callback bears no status. It comes a few seconds after the answer, in whose place it is asked for.
  const name = CallStatus === undefined && AnsweredBy !== undefined ? 'answered' : EVENT_OF[CallStatus ?? ''];
  if (name === undefined) return null;
  const data = Object.fromEntries(KEPT.flatMap((key) => (fields[key] === undefined ? [] : [[key, fields[key]]])));
  return { name, time: new Date(Number.isNaN(time) ? Date.now() : time).toISOString(), data };
}
