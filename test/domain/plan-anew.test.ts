import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Schedule } from '../../src/contract/schedule.ts';
import { nextOpening } from '../../src/domain/calling-window.ts';
import { toInstant } from '../../src/domain/instant.ts';
import { planCall } from '../../src/domain/plan.ts';
import { planAnew, type WaitingCall } from '../../src/domain/plan-anew.ts';

const HOUR = 3_600_000;
/** A Monday, at noon. */
const NOON = Date.parse('2026-11-23T12:00:00.000Z');
const DEADLINE = '2026-12-30T00:00:00.000Z';

/** Open from one hour of every Monday to another. */
const mondays = (from: number, to: number): Schedule => ({
  monday: [{ start: { hour: from, minute: 0 }, end: { hour: to, minute: 0 } }],
});

/** A call as these hours had planned it. */
function waiting(schedule: Schedule | null, wish: Partial<WaitingCall> = {}): WaitingCall {
  const call = { timezone: 'UTC', callDeadline: DEADLINE, notBefore: 0, because: 'scheduled-time', ...wish } as const;
  return { plan: planCall(schedule, 'UTC', { now: NOON, ...call }), ...call };
}

describe('a waiting call whose hours change', () => {
  test('goes out at once where they are open now', () => {
    expect(planAnew(mondays(9, 17), waiting(mondays(14, 17)), NOON)).toMatchObject({
      at: toInstant(NOON),
      waitingFor: null,
    });
  });

  test('waits for longer where they open later, and as long as ever where they never do', () => {
    const call = waiting(mondays(14, 17));
    expect(planAnew(mondays(15, 17), call, NOON)).toMatchObject({ at: toInstant(NOON + 3 * HOUR) });
    expect(planAnew({ monday: [] }, call, NOON)).toMatchObject({ at: DEADLINE, waitingFor: 'calling-window' });
  });

  test('keeps its plan where they make no difference to it', () => {
    expect(planAnew(mondays(14, 22), waiting(mondays(14, 17)), NOON)).toBeNull();
  });

  test('never goes out before its own time, whatever the hours become', () => {
    const moment = fc.integer({ min: -30 * 24, max: 30 * 24 }).map((hours) => NOON + hours * HOUR);
    const hours = fc
      .tuple(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 12, max: 24 }))
      .map(([from, to]) => mondays(from, to));
    fc.assert(
      fc.property(moment, fc.option(hours), fc.option(hours), (notBefore, before, after) => {
        const call = waiting(before, { notBefore, because: 'retry-delay' });
        const { at } = planAnew(after, call, NOON) ?? call.plan;
        expect(Date.parse(at)).toBe(nextOpening(after, 'UTC', Math.max(NOON, notBefore)));
        expect(Date.parse(at)).toBeGreaterThanOrEqual(notBefore);
      }),
    );
  });

  test.each([
    { monday: 'all day' },
    { monday: [{ start: '09:00' }] },
    { monday: [null] },
    { holidays: 7, monday: [{ start: { hour: 9, minute: 0 }, end: { hour: 10, minute: 0 } }] },
  ])('keeps its plan where nobody can read them: %j', (schedule) => {
    expect(planAnew(schedule as never, waiting(mondays(14, 17)), NOON)).toBeNull();
  });
});
