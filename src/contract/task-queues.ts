import { trunkWorkflowId } from './ids.ts';

/** Calls and ordinary activities. */
export const CALLS_QUEUE = 'outdial';
/** Batches and their pages: a queue, a Worker and a cache of their own, so that accepting stays fast while calls run. */
export const BATCHES_QUEUE = 'outdial-batches';
/** Deliveries of webhooks: apart, so that a receiver that does not answer keeps nothing else waiting. */
export const WEBHOOKS_QUEUE = 'outdial-webhooks';
/** `hostLines` alone, so that the long-lived hosts starve nothing. */
export const HOSTS_QUEUE = 'outdial-hosts';

/** Where calls wait for a line of a trunk. */
export const trunkQueue = trunkWorkflowId;
/** Where calls that are already dialed wait for a worker to take them over: never limited by lines. */
export const takeoverQueue = (orgId: string, trunk: string): string => `${trunkQueue(orgId, trunk)}-takeover`;
