import type { Instant } from '../../contract/call.ts';
import type { DialerEvent } from '../../contract/dialer-event.ts';
import type { AttemptEnd } from '../../contract/placement.ts';
import { toInstant } from '../../domain/instant.ts';
import type { ProviderEvents } from '../provider-events.ts';
import { type Classified, ofLeaving } from './classify.ts';
import type { Person } from './client.ts';
import type { DialRecord } from './rooms.ts';

/** When a call that is live was answered, as far as is known; null while it rings. */
export const answeredTimeOf = ({ record, person }: { record: DialRecord; person: Person }): Instant | null =>
  record.answeredTime ?? (person.status === 'active' ? toInstant(Date.now()) : null);

/**
 * How a call has ended that nobody was there for: as recorded, as LiveKit has told it by its webhook, or at least as
 * answered where that was seen. Null where nobody can say.
 *
 * @throws when Temporal, which keeps the events, cannot be asked
 */
export async function endOf(record: DialRecord, events: ProviderEvents): Promise<AttemptEnd | null> {
  if (record.end !== null) return record.end;
  const told = (await events.of(record.identity)).find(({ name }) => name === 'ended');
  if (told !== undefined) return asTold(record, told);
  const { answeredTime, maxDurationMs } = record;
  if (answeredTime === null) return null;
  // When it ended, nobody saw: it was before now.
  const endedTime = toInstant(Math.min(Date.now(), Date.parse(answeredTime) + maxDurationMs));
  return { ...ended(record, ANSWERED), answeredTime, endedTime: later(endedTime, answeredTime) };
}

/** An end that nobody can tell. */
export const uncertainEnd = (record: DialRecord): AttemptEnd =>
  ended(record, {
    disposition: 'uncertain',
    providerCode: null,
    errorMessage: 'The call ended while nobody followed it, and LiveKit does not keep how',
  });

function asTold(record: DialRecord, { time, data }: DialerEvent): AttemptEnd {
  const { status, reason } = asLeaving(data);
  const isAnswered = record.answeredTime !== null || status === 'active' || status === 'hangup';
  if (!isAnswered) return { ...ended(record, ofLeaving(status, reason)), endedTime: later(time, record.dialedTime) };
  const answeredTime = record.answeredTime ?? later(time, record.dialedTime);
  return { ...ended(record, ANSWERED), answeredTime, endedTime: later(time, answeredTime) };
}

/** Clocks differ, and LiveKit's shows full seconds: no call ends before it began. */
const later = (one: Instant, other: Instant): Instant => (Date.parse(one) > Date.parse(other) ? one : other);

/** What a `participant_left` of LiveKit says: the last `sip.callStatus`, and why, each as far as it does. */
export const asLeaving = ({ status, reason }: DialerEvent['data']) => ({
  status: typeof status === 'string' ? status : null,
  reason: typeof reason === 'number' ? reason : null,
});

export const ANSWERED: Classified = { disposition: 'answered', providerCode: null, errorMessage: null };

const ended = ({ dialedTime }: DialRecord, classified: Classified): AttemptEnd => ({
  ...classified,
  startedTime: dialedTime,
  answeredTime: null,
  endedTime: toInstant(Date.now()),
  recordId: null,
  transcription: null,
});
