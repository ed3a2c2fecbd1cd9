import { describe, expect, it } from 'vitest';
import type { CallResult, Disposition, Plan } from '../../src/contract/call.ts';
import type { AttemptEnd } from '../../src/contract/placement.ts';
import { type CallEvent, foldCallHistory, talkSeconds } from '../../src/domain/call-history.ts';

/** `at(9, 30)` is half past nine on the day of these calls. */
const at = (hour: number, minute = 0, second = 0): string =>
  new Date(Date.UTC(2026, 10, 24, hour, minute, second)).toISOString();

const plan: Plan = { at: at(9), waitingFor: 'calling-window', summary: 'waits until 09:00' };
const planned = (hour: number): Plan => ({ at: at(hour), waitingFor: 'retry-delay', summary: 'waits to try again' });

function end(disposition: Disposition, more: Partial<AttemptEnd> = {}): AttemptEnd {
  return {
    startedTime: at(9),
    answeredTime: null,
    endedTime: at(9, 1),
    disposition,
    providerCode: null,
    recordId: null,
    transcription: null,
    errorMessage: null,
    ...more,
  };
}

const dialing = (attempt: number, time = at(9)): CallEvent => ({ kind: 'dialing', attempt, time });
const answered = (attempt: number, time = at(9, 0, 20)): CallEvent => ({ kind: 'answered', attempt, time });
const ended = (attemptEnd: AttemptEnd): CallEvent => ({
  kind: 'outcome',
  outcome: { kind: 'ended', end: attemptEnd, stoppedBy: null },
});
const completed = (result: Partial<CallResult> = {}): CallEvent => ({
  kind: 'completed',
  result: {
    status: 'Completed',
    reason: null,
    disposition: 'answered',
    attempts: 1,
    nextScheduleTime: plan.at,
    durationSeconds: null,
    ...result,
  },
});

const fold = (...events: CallEvent[]) => foldCallHistory(plan, events);

describe('The history of an ended call', () => {
  it('tells everything of one that was answered', () => {
    const talked = end('answered', {
      answeredTime: at(9, 0, 20),
      providerCode: '200',
      recordId: 'record-1',
      transcription: 'Hello',
    });
    expect(fold(dialing(1), answered(1), ended(talked), completed())).toEqual({
      status: 'Completed',
      reason: null,
      nextScheduleTime: at(9),
      attempts: [
        {
          number: 1,
          startedTime: at(9),
          answeredTime: at(9, 0, 20),
          endedTime: at(9, 1),
          disposition: 'answered',
          providerCode: '200',
        },
      ],
      waitingFor: null,
      cancelRequested: false,
      hangupRequested: false,
      durationSeconds: 40,
      errorMessage: null,
      recordId: 'record-1',
      transcription: 'Hello',
      outcome: { finishReason: 'answered', postCallAnalysis: null },
    });
  });

  it('tells of every attempt, and of what came last', () => {
    const call = fold(
      dialing(1),
      ended(end('busy', { errorMessage: 'Busy here' })),
      { kind: 'planned', plan: planned(10) },
      dialing(2, at(10)),
      ended(end('no-answer', { errorMessage: 'Nobody was there' })),
      completed({ status: 'Failed', disposition: 'no-answer', attempts: 2, nextScheduleTime: at(10) }),
    );
    expect(call.attempts).toMatchObject([
      { number: 1, disposition: 'busy' },
      { number: 2, disposition: 'no-answer' },
    ]);
    expect(call).toMatchObject({
      status: 'Failed',
      nextScheduleTime: at(10),
      durationSeconds: null,
      errorMessage: 'Nobody was there',
    });
  });

  it('has the plan that it was accepted with where there was no other', () => {
    expect(fold({ kind: 'terminated' }).nextScheduleTime).toBe(plan.at);
  });

  it('has the plan of the last retry, or of the gate, where it was ended from outside', () => {
    expect(fold({ kind: 'planned', plan: planned(11) }, { kind: 'terminated' }).nextScheduleTime).toBe(at(11));
    const notNow: CallEvent = { kind: 'outcome', outcome: { kind: 'not-now', plan: planned(12) } };
    expect(fold({ kind: 'planned', plan: planned(11) }, notNow, { kind: 'terminated' })).toMatchObject({
      nextScheduleTime: at(12),
      attempts: [],
    });
  });

  it.each([
    {
      how: 'cancelled natively',
      event: { kind: 'canceled' },
      seen: { status: 'Canceled', reason: 'request', errorMessage: null },
    },
    {
      how: 'terminated',
      event: { kind: 'terminated' },
      seen: { status: 'Canceled', reason: 'terminated', errorMessage: null },
    },
    {
      how: 'failed by a bug',
      event: { kind: 'failed', message: 'A bug' },
      seen: { status: 'Failed', reason: null, errorMessage: 'A bug' },
    },
  ] as const)('shows a call whose workflow was $how as everyone sees it', ({ event, seen }) => {
    expect(fold(event)).toMatchObject(seen);
  });

  it('that does not tell how the call ended leaves it Unknown', () => {
    expect(fold(dialing(1)).status).toBe('Unknown');
  });

  it('keeps the reason that a canceled call gives', () => {
    const call = fold(completed({ status: 'Canceled', reason: 'deadline', disposition: null, attempts: 0 }));
    expect(call).toMatchObject({ status: 'Canceled', reason: 'deadline', attempts: [] });
  });
});

describe('An attempt', () => {
  it('that was live when the workflow was terminated is shown without its end', () => {
    expect(fold(dialing(1), answered(1), { kind: 'terminated' }).attempts).toEqual([
      {
        number: 1,
        startedTime: at(9),
        answeredTime: at(9, 0, 20),
        endedTime: null,
        disposition: null,
        providerCode: null,
      },
    ]);
  });

  it.each(['never-placed', 'not-dialed'] as const)('that was about to be dialed and was not is none: %s', (kind) => {
    const outcome = kind === 'not-dialed' ? ({ kind, because: 'deadline' } as const) : { kind };
    expect(fold(dialing(1), { kind: 'outcome', outcome }, { kind: 'terminated' }).attempts).toEqual([]);
  });

  it('that was never placed, and was placed again, counts once', () => {
    const neverPlaced: CallEvent = { kind: 'outcome', outcome: { kind: 'never-placed' } };
    const talked = end('answered', { startedTime: at(9, 5), answeredTime: at(9, 6), endedTime: at(9, 7) });
    const call = fold(dialing(1), neverPlaced, dialing(1, at(9, 5)), answered(1, at(9, 6)), ended(talked), completed());
    expect(call.attempts).toMatchObject([{ number: 1, startedTime: at(9, 5), disposition: 'answered' }]);
  });

  it('that a lost worker and then another told of has the times of the second', () => {
    const call = fold(dialing(1), answered(1), dialing(1, at(9, 5)), { kind: 'terminated' });
    expect(call.attempts).toMatchObject([{ number: 1, startedTime: at(9, 5), answeredTime: null }]);
  });

  it('that a lost worker told of, and that the workflow ended without, is none', () => {
    const canceled = completed({ status: 'Canceled', reason: 'deadline', disposition: null, attempts: 0 });
    expect(fold(dialing(1), canceled).attempts).toEqual([]);
    expect(fold(dialing(1), { kind: 'canceled' }).attempts).toEqual([]);
  });

  it('of another number than the next, or answered without being dialed, is not made up', () => {
    expect(fold(dialing(3), answered(1), answered(2), { kind: 'terminated' }).attempts).toEqual([]);
    expect(fold(dialing(1), answered(2), { kind: 'terminated' }).attempts).toMatchObject([{ answeredTime: null }]);
  });

  it('that is answered twice was answered the first time', () => {
    const call = fold(dialing(1), answered(1), answered(1, at(9, 30)), { kind: 'terminated' });
    expect(call.attempts).toMatchObject([{ answeredTime: at(9, 0, 20) }]);
  });

  it('is known by its outcome alone where its signals are missing', () => {
    expect(fold(ended(end('uncertain')), completed({ status: 'Failed' })).attempts).toMatchObject([
      { number: 1, startedTime: at(9), disposition: 'uncertain' },
    ]);
  });
});

describe('The time talked', () => {
  it('is whole seconds from the answer to the end', () => {
    expect(talkSeconds(end('answered', { answeredTime: at(9, 0, 20) }))).toBe(40);
    expect(talkSeconds(end('answered', { answeredTime: at(9), endedTime: '2026-11-24T09:00:01.600Z' }))).toBe(2);
  });

  it('is null where nobody answered', () => {
    expect(talkSeconds(end('busy'))).toBeNull();
  });
});
