import { ConfigurationError, SetUpError } from '../config/error.ts';

/** How long stopping may take, in milliseconds, before the process ends all the same. */
const STOP_TIMEOUT_MS = 20_000;

/** A part of the program, running. */
export interface Running {
  /** Rejects when it can no longer go on. */
  readonly failed: Promise<never>;
  /** Stops it in order. */
  stop(): Promise<void>;
}

/**
 * Runs a part of the program until SIGINT or SIGTERM, then stops it in order and ends the process: with 0, or with 1 and a
 * line that says what to do when it could not start or go on.
 */
export async function runUntilSignal(start: () => Promise<Running>): Promise<void> {
  const signaled = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
  let exitCode = 0;
  const fail = (error: unknown): void => {
    exitCode = 1;
    console.error(explain(error));
  };
  try {
    // A signal during the start waits for it, so that what has started is stopped.
    const running = await start();
    await Promise.race([signaled, running.failed]).catch(fail);
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    await running.stop();
  } catch (error) {
    fail(error);
  }
  process.exit(exitCode);
}

/** An error as the person at the terminal needs it: a line where it is theirs to mend, else all of it. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return isTheirs(error) ? error.message : (error.stack ?? error.message);
}

/** Errors whose message says what to do. */
const isTheirs = (error: Error): boolean => error instanceof ConfigurationError || error instanceof SetUpError;
