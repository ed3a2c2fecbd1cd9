import type { BatchRecord } from '../batch-record.ts';

/** `Completed` once all of its calls have ended; `Canceled` from the moment that it is, though some may go on talking. */
export type BatchStatus = 'Starting' | 'Running' | 'Paused' | 'Completed' | 'Canceled';

/** How a batch stands, for people. */
export function statusOf({ state, execution }: BatchRecord): BatchStatus {
  if (execution === 'RUNNING') return state;
  return execution === 'COMPLETED' && state !== 'Canceled' ? 'Completed' : 'Canceled';
}
