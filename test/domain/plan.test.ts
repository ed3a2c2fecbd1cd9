import { describe, expect, test } from 'vitest';
import type { Schedule } from '../../src/contract/schedule.ts';
import { planCall } from '../../src/domain/plan.ts';

const NEW_YORK = 'America/New_York';
const officeHours: Schedule = { monday: [{ start: { hour: 9, minute: 0 }, end: { hour: 17, minute: 0 } }] };
const callDeadline = '2026-12-31T00:00:00.000Z';

/** A Monday in November: New York is five hours behind UTC. */
const at = (time: string): number => Date.parse(`2026-11-23T${time}Z`);

describe('the plan of a call', () => {
  test('is now where nothing holds it', () => {
    const now = at('15:00:00');
    expect(planCall(officeHours, NEW_YORK, { now, notBefore: now, callDeadline })).toMatchObject({
      at: '2026-11-23T15:00:00.000Z',
      waitingFor: null,
    });
  });

  test('is the next opening of the calling window, told in the time of the recipient', () => {
    const now = at('10:30:00');
    expect(planCall(officeHours, NEW_YORK, { now, notBefore: now, callDeadline })).toEqual({
      at: '2026-11-23T14:00:00.000Z',
      waitingFor: 'calling-window',
      summary: 'waits until 09:00 America/New_York',
    });
  });

  test('is the scheduled time where that lies inside a window', () => {
    const plan = planCall(officeHours, NEW_YORK, { now: at('15:00:00'), notBefore: at('16:30:00'), callDeadline });
    expect(plan).toMatchObject({ at: '2026-11-23T16:30:00.000Z', waitingFor: 'scheduled-time' });
  });

  test('is the opening after the scheduled time where that lies outside of one', () => {
    const plan = planCall(officeHours, NEW_YORK, { now: at('15:00:00'), notBefore: at('23:00:00'), callDeadline });
    expect(plan).toMatchObject({ at: '2026-11-30T14:00:00.000Z', waitingFor: 'calling-window' });
  });

  test('names the delay before a retry for what it is', () => {
    const request = { now: at('15:00:00'), notBefore: at('15:05:00'), because: 'retry-delay', callDeadline } as const;
    expect(planCall(null, NEW_YORK, request).waitingFor).toBe('retry-delay');
  });

  test('is the deadline where no window ever opens', () => {
    const now = at('15:00:00');
    const plan = planCall({}, NEW_YORK, { now, notBefore: now, callDeadline });
    expect(plan).toMatchObject({ at: callDeadline, waitingFor: 'calling-window' });
  });
});
