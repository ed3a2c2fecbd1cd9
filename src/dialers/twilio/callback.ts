import type { DialerEvent } from '../../contract/dialer-event.ts';

/** What a status callback has said, beside its name and time. */
export interface Callback {
  readonly sid: string | null;
  /** Null for one of the answering machine detection, which does not say. */
  readonly status: string | null;
  readonly durationMs: number | null;
  readonly sipCode: number | null;
  readonly errorCode: number | null;
  readonly answeredBy: string | null;
}

/** Reads an event's data, which has Twilio's own names (see the API's reader). */
export function callbackOf({ data }: DialerEvent): Callback {
  const text = (key: string): string | null => (typeof data[key] === 'string' && data[key] !== '' ? data[key] : null);
  const number = (key: string): number | null => (/^\d+$/.test(text(key) ?? '') ? Number(data[key]) : null);
  const seconds = number('CallDuration');
  return {
    sid: text('CallSid'),
    status: text('CallStatus'),
    durationMs: seconds === null ? null : seconds * 1_000,
    sipCode: number('SipResponseCode'),
    errorCode: number('ErrorCode'),
    answeredBy: text('AnsweredBy'),
  };
}

/** The SID that callbacks of an attempt bear; null where there are none. */
export const sidIn = (events: readonly DialerEvent[]): string | null =>
  events.map((event) => callbackOf(event).sid).find((sid) => sid !== null) ?? null;
