import { cpus, loadavg, totalmem } from 'node:os';

/** One thing that was measured. */
export interface Figure {
  readonly what: string;
  /** Null for what could not be measured: the note says why. */
  readonly value: number | null;
  readonly unit: 's' | 'ms' | 'MB' | '%' | '% of a CPU' | 'events' | '× bare' | 'a second' | 'calls' | 'pairs in 100';
  /** What it must reach, where something is promised. */
  readonly goal?: Goal;
  readonly note?: string;
}

/** A bound on a figure, in its unit. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** The figures of one bench. */
export interface BenchResult {
  readonly bench: string;
  readonly seconds: number;
  readonly figures: readonly Figure[];
}

/** Whether a figure keeps what is promised of it; null where nothing is, or nothing was measured. */
export function isReached({ value, goal }: Figure): boolean | null {
  if (value === null || goal === undefined) return null;
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
}

/** What the figures were measured on: a figure without it means nothing. */
export const machine = () => ({
  date: new Date().toISOString(),
  node: process.version,
  cpus: cpus().length,
  cpu: cpus()[0]?.model ?? 'unknown',
  memoryMb: Math.round(totalmem() / 2 ** 20),
  // Above the number of CPUs something else was running: then only ratios are worth reading.
  loadAverage: loadavg().map((load) => Number(load.toFixed(1))),
});

/** The figures of a bench as a table for the terminal. */
export function toTable({ bench, seconds, figures }: BenchResult): string {
  const rows = figures.map((figure) => [figure.what, toText(figure), goalText(figure), figure.note ?? '']);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(([what = '', value = '', goal = '', note = '']) =>
    `  ${what.padEnd(widths[0] ?? 0)}  ${value.padStart(widths[1] ?? 0)}  ${goal.padEnd(widths[2] ?? 0)}  ${note}`.trimEnd(),
  );
  return [`${bench} (${Math.round(seconds)} s)`, ...lines].join('\n');
}

function toText({ value, unit }: Figure): string {
  if (value === null) return 'skipped';
  if (!Number.isFinite(value)) return '-';
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}

function goalText(figure: Figure): string {
  if (figure.goal === undefined) return '';
  const bound = 'atMost' in figure.goal ? `≤ ${figure.goal.atMost}` : `≥ ${figure.goal.atLeast}`;
  const reached = isReached(figure);
  return reached === null ? bound : `${bound} ${reached ? 'reached' : 'MISSED'}`;
}
