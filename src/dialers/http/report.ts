import { DISPOSITIONS, type Disposition, type Instant } from '../../contract/call.ts';
import type { DialerEvent } from '../../contract/dialer-event.ts';
import { toldTime } from '../../domain/told-time.ts';
import { fieldsOf, messageOf, textOf } from './json.ts';

const STATUSES = ['dialing', 'ringing', 'answered', 'ended'] as const;

/** What a platform says of a call, by itself or asked for it. Times are null where it does not say. */
export interface Report {
  readonly status: (typeof STATUSES)[number];
  /** The platform's own ID of the call. */
  readonly id: string | null;
  readonly startedTime: Instant | null;
  readonly ringingTime: Instant | null;
  readonly answeredTime: Instant | null;
  readonly endedTime: Instant | null;
  /** Of one that has ended. */
  readonly disposition: Disposition | null;
  readonly code: string | null;
  readonly recordId: string | null;
  readonly transcription: string | null;
  readonly postCallAnalysis: unknown;
  readonly message: string | null;
}

/** The answer to a question for a call's status; null for one that says none. Fields that are wrong count as left out. */
export function readStatus(body: string | null): Report | null {
  const fields = fieldsOf(body);
  const status = STATUSES.find((one) => one === fields.status);
  return status === undefined ? null : report(status, fields);
}

/** Whether it says that somebody answered, and not when. */
export const lacksAnswer = ({ disposition, answeredTime }: Report): boolean =>
  answeredTime === null && (disposition === 'answered' || disposition === 'voicemail');

/** What an event says. */
export const reportOf = ({ name, time, data }: DialerEvent): Report => report(name, { [`${name}Time`]: time, ...data });

/** What all that was told of an attempt says, in its order. That somebody answered after the end is late, and not so. */
export function reportsOf(events: readonly DialerEvent[]): Report[] {
  const end = events.find(({ name }) => name === 'ended');
  return events.filter(({ name, time }) => name === 'ended' || end === undefined || time <= end.time).map(reportOf);
}

function report(status: Report['status'], fields: Readonly<Record<string, unknown>>): Report {
  const { transcription, postCallAnalysis } = fields;
  const answeredTime = toldTime(fields.answeredTime);
  const said = DISPOSITIONS.find((one) => one === fields.disposition) ?? null;
  const isUnsaid = status === 'ended' && said === null;
  return {
    status,
    id: textOf(fields.id),
    startedTime: toldTime(fields.startedTime),
    ringingTime: toldTime(fields.ringingTime),
    answeredTime,
    endedTime: toldTime(fields.endedTime),
    disposition: isUnsaid ? (answeredTime === null ? 'failed' : 'answered') : said,
    code: textOf(fields.code, 64),
    recordId: textOf(fields.recordId),
    transcription: typeof transcription === 'string' ? transcription : null,
    postCallAnalysis: postCallAnalysis ?? null,
    message: isUnsaid ? 'The voice platform did not say how the call ended' : messageOf(fields.message),
  };
}
