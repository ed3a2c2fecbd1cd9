import type { CallFacts, Plan, Waiting } from '../../contract/call.ts';
import { type CallSummary, summarize } from '../reading/call-view.ts';
import { mapInTurns } from './turns.ts';

/** What an answer tells of a call that was accepted. */
export interface AnsweredCall {
  readonly callId: string;
  readonly facts: CallFacts;
  readonly input: { readonly endpoint: string; readonly plan: Plan };
}

/** The answer to a bulk request. */
export interface BulkAnswer {
  readonly batchId: string;
  /** What its headers say of all its calls. */
  readonly counts: Readonly<Record<string, string>>;
  /** Its body. */
  readonly json: string;
}

/** What an answer tells of a call that would be accepted. */
export interface TriedCall extends AnsweredCall {
  readonly prompt: string | null;
}

/** A call of a dry run. */
export interface TriedAnswer extends Omit<CallSummary, 'callId'> {
  /** Nothing was scheduled: there is nothing to ask for. */
  readonly callId: null;
  /** Of a call whose deadline comes before it may go out: why; null for every other. */
  readonly waitingFor: Waiting | null;
  /** What the agent would say and do, its variables filled in; null for an agent without a prompt. */
  readonly prompt: string | null;
}

export const answerCall = ({ callId, facts, input }: AnsweredCall): CallSummary =>
  summarize(callId, facts, 'Created', input.plan.at);

export function answerTried(call: TriedCall): TriedAnswer {
  const { waitingFor, at } = call.input.plan;
  const why = isInfeasible(call) && waitingFor !== null ? { for: waitingFor, until: at } : null;
  return { ...answerCall(call), callId: null, waitingFor: why, prompt: call.prompt };
}

/** @param calls in the order of the request */
export const answerBulk = async (batchId: string, calls: readonly AnsweredCall[]): Promise<BulkAnswer> => ({
  batchId,
  counts: countHeaders(calls),
  json: await writeArray(calls, answerCall),
});

/**
 * What the headers of an answer say of all its calls: how many have a deadline that comes before they may go out, and how
 * many go to an endpoint that an earlier one of them goes to.
 */
export function countHeaders(calls: readonly AnsweredCall[]): Record<string, string> {
  const endpoints = new Set(calls.map(({ input }) => input.endpoint));
  return {
    'X-Outdial-Infeasible': String(calls.filter(isInfeasible).length),
    'X-Outdial-Duplicates': String(calls.length - endpoints.size),
  };
}

/** Instants compare as text. */
const isInfeasible = ({ facts, input }: AnsweredCall): boolean => input.plan.at >= facts.callDeadline;

/** An array of JSON, written in turns. */
export async function writeArray<Item>(items: readonly Item[], answer: (item: Item) => object): Promise<string> {
  const written = await mapInTurns(items, (item) => JSON.stringify(answer(item)));
  return `[${written.join(',')}]`;
}
