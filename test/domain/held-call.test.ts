import { describe, expect, test } from 'vitest';
import type { HeldCall } from '../../src/contract/batch.ts';
import type { CallFacts, CallInput } from '../../src/contract/call.ts';
import { heldCall, isWanted } from '../../src/domain/held-call.ts';

const facts = { callDeadline: '2026-11-24T12:00:00.000Z', createdTime: '2026-11-24T09:00:00.000Z' } as CallFacts;
const input = {} as CallInput;
const at = (hour: string): string => `2026-11-24T${hour}:00.000Z`;

const held = (now: string, canceled: string | null = null, batchCanceled: string | null = null): HeldCall =>
  heldCall(facts, input, { canceled, batchCanceled, terminated: null }, now);

describe('a call whose workflow has not started', () => {
  test('waits until its deadline, and ends at it', () => {
    expect(held(at('11:59'))).toMatchObject({ status: 'Created', reason: null, completedTime: null });
    expect(held(at('12:00'))).toMatchObject({ status: 'Canceled', reason: 'deadline', completedTime: at('12:00') });
  });

  test('ends by what came first: itself cancelled, its batch cancelled, its deadline', () => {
    expect(held(at('13:00'), at('10:00'), at('11:00'))).toMatchObject({
      reason: 'request',
      completedTime: at('10:00'),
    });
    expect(held(at('13:00'), at('11:00'), at('10:00'))).toMatchObject({ reason: 'batch', completedTime: at('10:00') });
    expect(held(at('13:00'), null, at('12:30'))).toMatchObject({ reason: 'deadline', completedTime: at('12:00') });
  });
});

describe('a call whose page was terminated before it had started it', () => {
  const terminated = (time: string, canceled: string | null = null): HeldCall =>
    heldCall(facts, input, { canceled, batchCanceled: null, terminated: time }, at('13:00'));

  test('has ended with it, unless it had before', () => {
    expect(terminated(at('11:00'))).toMatchObject({ reason: 'terminated', completedTime: at('11:00') });
    expect(terminated(at('11:00'), at('10:00'))).toMatchObject({ reason: 'request', completedTime: at('10:00') });
    expect(terminated(at('12:30'))).toMatchObject({ reason: 'deadline', completedTime: at('12:00') });
  });
});

describe('a list of such calls', () => {
  const wanted = (call: HeldCall, filter: Partial<Parameters<typeof isWanted>[2]>): boolean =>
    isWanted(call, ['campaignId=spring'], { now: at('11:00'), from: 0, take: 10, ...filter });
  const waiting = held(at('11:00'));
  const ended = held(at('13:00'));

  test('has those of the statuses that are asked for', () => {
    expect(wanted(waiting, { statuses: ['Created', 'Pending'] })).toBe(true);
    expect(wanted(waiting, { statuses: ['Canceled'] })).toBe(false);
    expect(wanted(waiting, { statuses: [] })).toBe(false);
  });

  test('goes by the end of a call that has one, and by the creation of one that has not', () => {
    expect(wanted(ended, { fromDate: at('12:00'), toDate: at('12:01') })).toBe(true);
    expect(wanted(ended, { fromDate: at('12:01') })).toBe(false);
    expect(wanted(ended, { toDate: at('12:00') })).toBe(false);
    expect(wanted(waiting, { fromDate: at('23:00') })).toBe(true);
    expect(wanted(waiting, { toDate: at('09:00') })).toBe(false);
  });

  test('has a call only where it has all of what is searched for', () => {
    expect(wanted(waiting, { searchable: ['campaignId=spring'] })).toBe(true);
    expect(wanted(waiting, { searchable: ['campaignId=spring', 'city=Rome'] })).toBe(false);
  });
});
