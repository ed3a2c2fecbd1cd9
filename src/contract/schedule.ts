/** A time of day on the wall clock; `24:00` is the end of the day. */
export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
}

/** Open from `start` up to, not including, `end`. An `end` that is not after `start` lies on the next day. */
export interface Span {
  readonly start: TimeOfDay;
  readonly end: TimeOfDay;
}

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Weekly calling hours, read in the recipient's time zone. A weekday left out is closed. */
export type Schedule = Readonly<Partial<Record<Weekday, readonly Span[]>>> & {
  /** The zone for calls that name none. */
  readonly timezone?: string;
  /** Local dates, `2026-12-25`, on which nobody is called. */
  readonly holidays?: readonly string[];
};

/** The hours alone, whatever zone they are read in: each call has its own. */
export const withoutZone = ({ timezone: _, ...hours }: Schedule): Schedule => hours;
