import { expect, test } from 'vitest';
import type { Plan } from '../../src/contract/call.ts';
import { planHeldBack } from '../../src/domain/held-back.ts';

const at = (time: string): string => `2026-11-24T${time}.000Z`;
const plan: Plan = { at: at('09:00:00'), waitingFor: 'calling-window', summary: 'waits until 09:00 UTC' };
const heldBack = (askedTime: string | undefined, now: string) => planHeldBack(plan, askedTime, Date.parse(at(now)));

test('a call that was held back until a time to come waits for that', () => {
  expect(heldBack(at('08:59:00'), '08:59:01')).toBe(plan);
});

test('a call that was held back until a time that has passed waits for as long as the worker saw it wait', () => {
  expect(heldBack(at('08:58:00'), '09:00:00')).toEqual({ ...plan, at: at('09:02:00') });
  expect(heldBack(at('08:59:59'), '10:00:00')).toEqual({ ...plan, at: at('10:00:01') });
});

test('but for five minutes at the most, since the clock of the worker may be set right', () => {
  expect(heldBack(at('07:00:00'), '09:00:00')).toEqual({ ...plan, at: at('09:05:00') });
});

test.each([undefined, '', 'soon', at('09:00:00'), at('11:00:00')])(
  'a call is planned as it was told where the worker’s clock is not behind, or not known: %s',
  (askedTime) => expect(heldBack(askedTime, '10:00:00')).toBe(plan),
);
