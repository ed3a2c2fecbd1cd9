import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { v7 as uuidv7 } from 'uuid';
import type { PageCall } from '../../contract/batch.ts';
import type { CallInput } from '../../contract/call.ts';
import { type CallMemo, startCallOptions } from '../../contract/start-call.ts';
import type { outboundCall } from '../../workflows/outbound-call.ts';
import type { ApiDeps } from '../context.ts';
import { decode, decodeMemo, type HistoryEvent } from '../../temporal/history-events.ts';
import { isNotKept, readHistory } from '../history.ts';
import type { AnsweredCall } from './answers.ts';

import { hashRequest, keyedId, keyOfAnother } from './idempotency-key.ts';
import { toPageCall } from './page-calls.ts';
import { acceptanceFor, readOneCall } from './read-calls.ts';

/** A request for one call. */
export interface CallRequest {
  readonly orgId: string;
  readonly agentId: string;
  readonly body: unknown;
}

/**
 * Starts one call: once this resolves, it is durable.
 *
 * @throws Problem 400, 404 or 409 for a request that cannot be accepted
 */
export async function acceptCall(deps: ApiDeps, request: CallRequest): Promise<AnsweredCall> {
  const call = prepareCall(deps, request, uuidv7());
  await deps.client.workflow.start<typeof outboundCall>('outboundCall', startCallOptions(call, Date.now()));
  return call;
}

/**
 * Starts one call, however often it is sent under its key.
 *
 * @throws Problem as `acceptCall` does, and 422 for a key that stands for another request
 */
export async function acceptCallOnce(
  deps: ApiDeps,
  request: CallRequest,
  key: string,
): Promise<AnsweredCall & { readonly isReplay: boolean }> {
  const callId = keyedId(request.orgId, key);
  const bodyHash = await hashRequest('call', request);
  const earlier = await findEarlierCall(deps, callId, bodyHash);
  if (earlier !== null) return { ...earlier, isReplay: true };

  const call = prepareCall(deps, request, callId);
  const options = startCallOptions(call, Date.now());
  const memo: KeyedMemo = { ...options.memo, bodyHash };
  try {
    await deps.client.workflow.start<typeof outboundCall>('outboundCall', { ...options, memo });
    return { ...call, isReplay: false };
  } catch (error) {
    // Another request was faster.
    const other =
      error instanceof WorkflowExecutionAlreadyStartedError && (await findEarlierCall(deps, callId, bodyHash));
    if (!other) throw error;
    return { ...other, isReplay: true };
  }
}

/** The memo of a call that was accepted under a key. */
interface KeyedMemo extends CallMemo {
  readonly bodyHash: string;
}

const prepareCall = (deps: ApiDeps, request: CallRequest, callId: string): PageCall => {
  const acceptance = acceptanceFor(deps, request, Date.now());
  return toPageCall(deps, acceptance.agent, readOneCall(request.body, acceptance), null, callId);
};

/**
 * The call that an earlier request under the same key has started, as it was started: it may have been edited since.
 *
 * @throws Problem 422 where that was another request
 */
async function findEarlierCall(deps: ApiDeps, callId: string, bodyHash: string): Promise<AnsweredCall | null> {
  const started = await readStart(deps, callId);
  if (started === null) return null;
  const { bodyHash: hash, call: facts } = decodeMemo(started.memo) as Partial<KeyedMemo>;
  if (hash !== bodyHash || facts === undefined) throw keyOfAnother();
  return { callId, facts, input: decode(started.input) as CallInput };
}

type Start = NonNullable<HistoryEvent['workflowExecutionStartedEventAttributes']>;

/** How a workflow was started; null where there is none. */
async function readStart(deps: ApiDeps, workflowId: string): Promise<Start | null> {
  try {
    for await (const { workflowExecutionStartedEventAttributes: started } of readHistory(deps, workflowId, 1)) {
      return started ?? null;
    }
    return null;
  } catch (error) {
    if (isNotKept(error)) return null;
    throw error;
  }
}
