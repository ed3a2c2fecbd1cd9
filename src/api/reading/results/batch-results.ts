import pLimit from 'p-limit';
import type { HeldCall, PageCall } from '../../../contract/batch.ts';
import { pageId, parseCallId } from '../../../contract/ids.ts';
import { toInstant } from '../../../domain/instant.ts';
import { type ApiDeps, step } from '../../context.ts';
import { Problem } from '../../problem.ts';
import { type BatchRecord, settle } from '../batch-record.ts';
import { viewCall } from '../call-view.ts';
import { readHistory } from '../../history.ts';
import { walkHeld } from '../lists/held-calls.ts';
import { digestOf, OpenCalls } from './open-calls.ts';
import { PageHistory } from '../../../temporal/page-history.ts';
import { endedRow, heldRow, openRow, type ResultRow, unknownRow, viewedRow } from './result-row.ts';

/** How many events of a page's history are held at once: the first of them, with the page's calls, may have 1 MB. */
const EVENTS_AT_ONCE = 500;

/** How long one step may take, in milliseconds: what has been sent would be sent in vain if a busy server ended it. */
const STEP_TIMEOUT_MS = 30_000;

/** How many calls are looked up at once: those few that neither page nor visibility tell of. */
const LOOKUPS_AT_ONCE = 8;

/**
 * What became of every call of a batch, once each, a page at a time: in the order in which they start. Those that have not
 * ended are as they stood when it began.
 *
 * @param signal ends it, with the signal's reason
 */
export async function* readBatchResults(
  deps: ApiDeps,
  batch: BatchRecord,
  signal: AbortSignal,
): AsyncGenerator<readonly ResultRow[]> {
  const patient = { ...deps, stepTimeoutMs: STEP_TIMEOUT_MS };
  const open = await OpenCalls.read(patient, batch, signal);
  for (let page = 0; page < batch.facts.pages; page += 1) {
    signal.throwIfAborted();
    yield await readPage(patient, batch, pageId(batch.batchId, page), open);
  }
}

async function readPage(deps: ApiDeps, batch: BatchRecord, page: string, open: OpenCalls): Promise<ResultRow[]> {
  const history = new PageHistory();
  for await (const event of readHistory(deps, page, EVENTS_AT_ONCE)) history.read(event);
  const isHeld = history.calls.some(({ callId }) => !history.started.has(callId));
  const held = isHeld ? await readHeld(deps, batch, page) : new Map<string, HeldCall>();
  const limit = pLimit(LOOKUPS_AT_ONCE);
  return await Promise.all(
    history.calls.map(
      async (call) => toldRow(call, history, open, held) ?? (await limit(() => lookUp(deps, batch, call))),
    ),
  );
}

/** What page and visibility tell of a call; null where they do not. */
function toldRow(
  call: PageCall,
  history: PageHistory,
  open: OpenCalls,
  held: ReadonlyMap<string, HeldCall>,
): ResultRow | null {
  const { callId, facts } = call;
  const end = history.ends.get(callId);
  if (end !== undefined) return end.result === null ? null : endedRow(call, end.result, end.time);
  const heldCall = held.get(callId);
  if (heldCall !== undefined) return heldRow(callId, heldCall);
  const running = open.get(parseCallId(callId)?.index ?? -1);
  // One that was edited since its start is not what its page knows.
  return running?.digest === digestOf(facts) ? openRow(call, running) : null;
}

async function readHeld(deps: ApiDeps, batch: BatchRecord, page: string): Promise<Map<string, HeldCall>> {
  const found = new Map<string, HeldCall>();
  for await (const calls of walkHeld(deps, page, { now: toInstant(Date.now()) })) {
    for (const { callId, held } of calls) found.set(callId, settle(batch, held));
  }
  return found;
}

async function lookUp(deps: ApiDeps, { facts: { orgId } }: BatchRecord, call: PageCall): Promise<ResultRow> {
  try {
    return viewedRow(await step(deps, () => viewCall(deps, orgId, call.callId)), call.facts.scheduledTime);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return unknownRow(call);
    throw error;
  }
}
