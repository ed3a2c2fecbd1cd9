import { createHash } from 'node:crypto';
import { CALL_STATUSES, type CallFacts, type CallStatus, type Instant } from '../../../contract/call.ts';
import { parseCallId } from '../../../contract/ids.ts';
import { NEXT_SCHEDULE_TIME } from '../../../contract/search-attributes.ts';
import type { CallMemo } from '../../../contract/start-call.ts';
import { toInstant } from '../../../domain/instant.ts';
import type { ApiDeps } from '../../context.ts';
import type { BatchRecord } from '../batch-record.ts';
import { listedStatus, visibilityQuery } from '../lists/call-filter.ts';
import { type ListedWorkflow, walkPages } from '../visibility.ts';

/** How a call stood that had not ended. */
export interface OpenCall {
  readonly status: CallStatus;
  readonly nextScheduleTime: Instant;
  /** Tells whether what can be edited is what it was: see {@link digestOf}. */
  readonly digest: number;
}

/** How the calls of a batch stand that have not ended: some bytes for each, since there may be 50,000. */
export class OpenCalls {
  /** By the call's index; 0 for one that is not open, else 1 more than its place among the statuses. */
  readonly #statuses: Uint8Array;
  readonly #nextTimes: Float64Array;
  readonly #digests: Uint32Array;

  /** @param total calls of the batch */
  constructor(total: number) {
    this.#statuses = new Uint8Array(total);
    this.#nextTimes = new Float64Array(total);
    this.#digests = new Uint32Array(total);
  }

  /** One walk over those that Temporal's visibility knows. */
  static async read(deps: ApiDeps, { batchId, facts }: BatchRecord, signal: AbortSignal): Promise<OpenCalls> {
    const open = new OpenCalls(facts.total);
    const query = `${visibilityQuery({ orgId: facts.orgId, batchId })} AND ExecutionStatus = 'Running'`;
    for await (const rows of walkPages(deps, query)) {
      for (const row of rows) open.#add(row);
      signal.throwIfAborted();
    }
    return open;
  }

  #add(info: ListedWorkflow): void {
    const index = parseCallId(info.workflowId)?.index;
    const { call: facts } = (info.memo ?? {}) as Partial<CallMemo>;
    if (index === undefined || facts === undefined) return;
    const next = info.typedSearchAttributes.get(NEXT_SCHEDULE_TIME)?.getTime() ?? Date.parse(facts.createdTime);
    this.set(index, { status: listedStatus(info), nextScheduleTime: toInstant(next), digest: digestOf(facts) });
  }

  set(index: number, { status, nextScheduleTime, digest }: OpenCall): void {
    this.#statuses[index] = CALL_STATUSES.indexOf(status) + 1;
    this.#nextTimes[index] = Date.parse(nextScheduleTime);
    this.#digests[index] = digest;
  }

  /** Null for one that was not open. */
  get(index: number): OpenCall | null {
    const status = CALL_STATUSES[(this.#statuses[index] ?? 0) - 1];
    if (status === undefined) return null;
    return {
      status,
      nextScheduleTime: toInstant(this.#nextTimes[index] ?? 0),
      digest: this.#digests[index] ?? 0,
    };
  }
}

/** 32 bits of what can be edited about a call. */
export const digestOf = ({ endpoint, priority, callDeadline, scheduledTime }: CallFacts): number =>
  createHash('sha256')
    .update(JSON.stringify([endpoint, priority, callDeadline, scheduledTime]))
    .digest()
    .readUInt32LE();
