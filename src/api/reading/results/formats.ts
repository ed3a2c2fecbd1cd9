import { csvLine } from './csv.ts';
import type { ResultRow } from './result-row.ts';

/** A way to write rows down. */
export interface ResultFormat {
  readonly contentType: string;
  /** What comes before the first row. */
  readonly head: string;
  write(row: ResultRow): string;
}

/** The columns, and the members of an object, in their order. */
export const COLUMNS = [
  'callId',
  'endpoint',
  'status',
  'reason',
  'disposition',
  'attempts',
  'durationSeconds',
  'recordId',
  'priority',
  'timezone',
  'createdTime',
  'scheduledTime',
  'nextScheduleTime',
  'callDeadline',
  'completedTime',
  'additionalData',
] as const satisfies readonly (keyof ResultRow)[];

/** A JSON object a line. */
export const NDJSON: ResultFormat = {
  contentType: 'application/x-ndjson; charset=utf-8',
  head: '',
  write: (row) => `${JSON.stringify(row)}\n`,
};

/** As RFC 4180 has it, with a header line; null is an empty cell, `additionalData` is JSON. */
export const CSV: ResultFormat = {
  contentType: 'text/csv; charset=utf-8; header=present',
  head: csvLine(COLUMNS),
  write: (row) => csvLine(COLUMNS.map((column) => cellText(row[column]))),
};

function cellText(value: ResultRow[keyof ResultRow]): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
