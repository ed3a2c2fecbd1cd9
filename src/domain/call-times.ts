import { parseDateTime } from './time-zone.ts';

/** A time that somebody sent, or what is wrong with it. */
export type ReadTime = { readonly ok: true; readonly at: number } | { readonly ok: false; readonly message: string };

/** Nobody plans a call for then, and the year must stay one of four digits whatever window is waited for. */
const LATEST_SCHEDULE = Date.UTC(2200, 0, 1);

/** `parseDateTime`, or one that remembers what it was asked. */
type Parse = typeof parseDateTime;

/** Reads a `scheduledTime`: without an offset it is wall-clock time in `zone`. Milliseconds since the epoch. */
export function readScheduledTime(text: string, zone: string, parse: Parse = parseDateTime): ReadTime {
  const at = parse(text, zone);
  if (at === null) return wrong('expected a date and time, 2026-11-24T09:00 or 2026-11-24T09:00:00-05:00');
  return at < LATEST_SCHEDULE ? { ok: true, at } : wrong('expected a time before the year 2200');
}

/** Reads a `callDeadline`. It is an instant: one without an offset would mean another one in each time zone. */
export function readDeadline(text: string, parse: Parse = parseDateTime): ReadTime {
  const at = /(?:Z|[+-]\d\d(?::?\d\d)?)$/i.test(text) ? parse(text, 'UTC') : null;
  return at === null ? wrong('expected a date and time with its offset, 2026-11-24T09:00:00Z') : { ok: true, at };
}

/**
 * What is wrong with a deadline; null where nothing is. All in milliseconds since the epoch.
 *
 * @param start when the call may go out, as far as it says itself
 */
export function deadlineMistake(deadline: number, start: number, now: number): string | null {
  if (deadline <= now) return 'lies in the past';
  return deadline <= start ? 'is not after `scheduledTime`: the call could never go out' : null;
}

const wrong = (message: string): ReadTime => ({ ok: false, message });
