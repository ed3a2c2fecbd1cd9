import { v7 as uuidv7 } from 'uuid';
import type { PageCall } from '../../contract/batch.ts';
import { startCallOptions } from '../../contract/start-call.ts';
import type { outboundCall } from '../../workflows/outbound-call.ts';
import type { ApiDeps } from '../context.ts';
import { toPageCall } from './page-calls.ts';
import { acceptanceFor, readOneCall } from './read-calls.ts';

/** A request for one call. */
export interface CallRequest {
  readonly orgId: string;
  readonly agentId: string;
  readonly body: unknown;
}

/** Starts one call: once this resolves, it is durable. */
export async function acceptCall(deps: ApiDeps, request: CallRequest): Promise<PageCall> {
  const acceptance = acceptanceFor(deps, request, Date.now());
  const resolved = readOneCall(request.body, acceptance);
  const call = toPageCall(deps, acceptance.agent, resolved, null, uuidv7());
  await deps.client.workflow.start<typeof outboundCall>('outboundCall', startCallOptions(call, acceptance.now));
  return call;
}
