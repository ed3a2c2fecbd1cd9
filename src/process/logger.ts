import { type Logger, pino } from 'pino';
import type { LogLevel } from '../config/environment.ts';

/**
 * The log of a process: JSON lines on standard error, so that what a command prints for people stays apart. It never holds
 * numbers, variables, transcripts or credentials.
 */
export const createLogger = (level: LogLevel): Logger =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
