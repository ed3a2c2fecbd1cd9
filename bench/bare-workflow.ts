import { proxyActivities, sleep } from '@temporalio/workflow';
import type { BareActivities } from './bare-worker.ts';

const { nothing } = proxyActivities<BareActivities>({ startToCloseTimeout: '1m' });

/** The least that Temporal can be asked for in place of a call, one timer and one activity: 16 events. */
export async function bare(): Promise<void> {
  await sleep(1_000);
  await nothing();
}
