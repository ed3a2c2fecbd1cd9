import { z } from 'zod';
import { DISPOSITIONS } from '../../contract/call.ts';
import { DIALER_EVENTS, type DialerEvent, type DialerEventName } from '../../contract/dialer-event.ts';
import { toInstant } from '../../domain/instant.ts';
import { toldTime } from '../../domain/told-time.ts';
import { isTooDeep } from '../accepting/call-body.ts';
import { BodyMistakes, Mistakes } from '../accepting/mistakes.ts';
import { addIssues, inOurWords } from '../body-words.ts';
import { badBody } from '../problem.ts';

const anyTime = z.iso.datetime({ offset: true, error: 'expected a time such as 2026-11-24T09:00:00Z' }).nullish();
const digits = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value);
/** A number counts as its digits, as in a status. */
const shortText = (most?: number) => {
  const text = most === undefined ? z.string() : z.string().max(most, `expected at most ${most} characters`);
  return z.preprocess(digits, text).nullish();
};

const ofAll = {
  event: z.enum(DIALER_EVENTS, { error: `expected one of ${DIALER_EVENTS.join(', ')}` }),
  time: anyTime,
  id: shortText(200),
};

const ofEnd = {
  ...ofAll,
  disposition: z.enum(DISPOSITIONS, { error: `expected one of ${DISPOSITIONS.join(', ')}` }),
  answeredTime: anyTime,
  code: shortText(64),
  recordId: shortText(200),
  transcription: z.string().nullish(),
  postCallAnalysis: z.unknown().optional(),
  // However long: the dialer makes it short, since an end is worth more than its words.
  message: shortText(),
};

/** The fields of each event. */
const FIELDS = { ringing: ofAll, answered: ofAll, ended: ofEnd } as const satisfies Record<DialerEventName, object>;

/**
 * An event as docs/http-dialer.md has it; other fields are passed over. Times that have not come yet are of a clock that is
 * ahead: they count as now. One that stands for none counts as left out.
 *
 * @throws Problem for a body that is none, with all that is wrong with it; nothing of it is repeated, since it may be private
 */
export const readHttpEvent = ({ body }: { readonly body: string }): Promise<Event> => Promise.resolve(body).then(read);

type Event = Omit<DialerEvent, 'identity'>;

function read(body: string): Event {
  const sent = parseJson(body);
  if (isTooDeep(sent)) throw refused('expected fewer objects and arrays within each other');
  const name = DIALER_EVENTS.find((one) => one === (sent as { event?: unknown } | null)?.event);
  const fields: z.ZodRawShape = FIELDS[name ?? 'ended'];
  const parsed = z.object(fields).safeParse(sent, { error: inOurWords });
  const mistakes = new BodyMistakes();
  addIssues(parsed.error?.issues ?? [], () => [], new Mistakes(mistakes, null));
  if (name === undefined || !parsed.success) throw mistakes.toProblem(SO);
  return { name, time: toldTime(parsed.data.time) ?? toInstant(Date.now()), data: toldOf(parsed.data) };
}

const SO = 'the event was not taken';

const refused = (message: string) => badBody([{ index: null, path: '', message }], 1, SO);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw refused('expected JSON: the body cannot be parsed');
  }
}

/** What else it says; `null` means the same as leaving a field out. */
function toldOf(sent: Record<string, unknown>): Record<string, unknown> {
  const all = Object.entries({ ...sent, answeredTime: toldTime(sent.answeredTime) });
  return Object.fromEntries(all.filter(([key, value]) => !['event', 'time'].includes(key) && value != null));
}
