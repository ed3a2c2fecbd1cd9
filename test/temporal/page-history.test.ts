import { defaultPayloadConverter } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import { describe, expect, test } from 'vitest';
import { digestOf, OpenCalls } from '../../src/api/reading/results/open-calls.ts';
import { PageHistory } from '../../src/temporal/page-history.ts';
import type { HistoryEvent } from '../../src/temporal/history-events.ts';
import type { CallResult } from '../../src/contract/call.ts';
import { factsOf, pageCallOf } from '../api/reading/pages.ts';

const BATCH = '01a2104a-851c-7194-9cf2-666889159036';
const CALLS = [0, 1, 2, 3].map((index) => pageCallOf(BATCH, index));
const idAt = (index: number): string => `${BATCH}-${index}`;
const payloads = (...values: unknown[]) => ({ payloads: values.map((one) => defaultPayloadConverter.toPayload(one)) });
const RESULT: CallResult = {
  status: 'Completed',
  reason: null,
  disposition: 'answered',
  attempts: 2,
  nextScheduleTime: '2026-11-24T12:00:00.000Z',
  durationSeconds: 31,
};

const TIME = '2026-11-24T12:00:00.000Z';

let id = 0;
const event = (attributes: object): HistoryEvent =>
  ({ eventId: (id += 1), eventTime: msToTs(Date.parse(TIME)), ...attributes }) as unknown as HistoryEvent;
const accepted = (name: string, ...args: unknown[]): HistoryEvent =>
  event({
    workflowExecutionUpdateAcceptedEventAttributes: { acceptedRequest: { input: { name, args: payloads(...args) } } },
  });
const completed = ({ eventId }: HistoryEvent, answer: unknown): HistoryEvent =>
  event({
    workflowExecutionUpdateCompletedEventAttributes: {
      acceptedEventId: eventId,
      outcome: { success: payloads(answer) },
    },
  });
const starts = (index: number): HistoryEvent =>
  event({ startChildWorkflowExecutionInitiatedEventAttributes: { workflowId: idAt(index) } });
const ends = (index: number, how: string, more: object = {}): HistoryEvent =>
  event({
    [`childWorkflowExecution${how}EventAttributes`]: { workflowExecution: { workflowId: idAt(index) }, ...more },
  });

function read(...events: HistoryEvent[]): PageHistory {
  const history = new PageHistory();
  for (const one of events) history.read(one);
  return history;
}

describe("a page's history", () => {
  test('tells its calls in their order, which of them were started, and how they ended', () => {
    const history = read(
      accepted('loadPage', CALLS),
      starts(0),
      starts(1),
      ends(0, 'Completed', { result: payloads(RESULT) }),
    );
    expect(history.calls).toEqual(CALLS);
    expect([...history.started]).toEqual([idAt(0), idAt(1)]);
    expect([...history.ends]).toEqual([[idAt(0), { time: TIME, result: RESULT }]]);
  });

  test('tells that a call ended of which it does not tell how', () => {
    for (const how of ['Terminated', 'Failed', 'Canceled', 'TimedOut']) {
      const history = read(accepted('loadPage', CALLS), starts(2), ends(2, how));
      expect(history.ends.get(idAt(2))).toEqual({ time: TIME, result: null });
    }
  });

  test('has the calls of its first load: another one did nothing', () => {
    expect(read(accepted('loadPage', CALLS), accepted('loadPage', CALLS.slice(2))).calls).toEqual(CALLS);
  });

  test('has a call as it was edited before its start, where the edit was taken', () => {
    const facts = factsOf(BATCH, { priority: 7, endpoint: '+14155550009' });
    const call = { facts, input: pageCallOf(BATCH, 1).input, endpointHash: 'another', changed: ['priority'] };
    const edit = accepted('editHeldCall', idAt(1), { priority: 7 });
    const refused = accepted('editHeldCall', idAt(2), { priority: 8 });
    const late = accepted('editHeldCall', idAt(3), { priority: 9 });
    const history = read(
      accepted('loadPage', CALLS),
      edit,
      refused,
      late,
      completed(refused, { kind: 'too-late', status: 'Canceled' }),
      completed(edit, { kind: 'edited', call }),
      completed(late, null),
    );
    expect(history.calls.map((one) => one.facts.priority)).toEqual([1, 7, 1, 1]);
    expect(history.calls[1]).toMatchObject({ callId: idAt(1), endpointHash: 'another' });
  });

  test('passes over what an operator sends it', () => {
    const bad = accepted('loadPage', 'nothing of the kind');
    const odd = event({
      workflowExecutionUpdateAcceptedEventAttributes: { acceptedRequest: { input: { name: 'editHeldCall' } } },
    });
    expect(read(bad, odd, accepted('loadPage', CALLS), event({})).calls).toEqual(CALLS);
  });
});

describe('the calls that have not ended', () => {
  test('are known by their index, with status, time and a digest of what can be edited', () => {
    const open = new OpenCalls(3);
    const call = { status: 'Queued', nextScheduleTime: TIME, digest: digestOf(factsOf(BATCH)) } as const;
    open.set(1, call);
    expect([0, 1, 2, 3].map((index) => open.get(index))).toEqual([null, call, null, null]);
  });

  test('are seen to have been edited, and only then', () => {
    const before = digestOf(factsOf(BATCH));
    expect(digestOf(factsOf(BATCH, { timezone: 'Europe/Berlin', additionalData: { a: 1 } }))).toBe(before);
    const edits = [
      { endpoint: '+14155550002' },
      { priority: 2 },
      { callDeadline: TIME },
      { scheduledTime: TIME },
    ] as const;
    for (const edit of edits) expect(digestOf(factsOf(BATCH, edit))).not.toBe(before);
  });
});
