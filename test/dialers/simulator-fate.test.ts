import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DISPOSITIONS, type Disposition } from '../../src/contract/call.ts';
import { ENDINGS_BY_NUMBER, fate, hungUp, MIX, type Dialed } from '../../src/dialers/simulator/fate.ts';

const PLACED_AT = Date.parse('2026-03-02T09:00:00.000Z');
const dialed = (call: Partial<Dialed> = {}): Dialed => ({
  identity: 'call.1',
  endpoint: '+14155550001',
  ringTimeoutMs: 45_000,
  maxDurationMs: 3_600_000,
  ...call,
});

describe('an ending asked for by number', () => {
  const endings: [string, Disposition, string | null, ringing: boolean, answeredMs: number | null, endedMs: number][] =
    [
      ['0001', 'answered', '200', true, 4_000, 34_000],
      ['0002', 'busy', '486', false, null, 1_000],
      ['0003', 'no-answer', '408', true, null, 45_000],
      ['0004', 'declined', '603', true, null, 2_000],
      ['0005', 'voicemail', '200', true, 20_000, 40_000],
      ['0006', 'invalid-number', '404', false, null, 500],
      ['0007', 'unreachable', '480', false, null, 3_000],
      ['0008', 'carrier-rejected', '503', false, null, 500],
      ['0009', 'agent-unavailable', null, false, null, 1_000],
      ['0010', 'failed', '500', false, null, 1_000],
      ['0011', 'uncertain', null, false, null, 1_000],
    ];

  test.each(endings)(
    'a number that ends in %s ends as %s',
    (digits, disposition, code, ringing, answeredMs, endedMs) => {
      const result = fate(dialed({ endpoint: `+1415555${digits}` }), PLACED_AT, 1);
      expect(result).toMatchObject({
        ringingAt: ringing ? PLACED_AT : null,
        answeredAt: answeredMs === null ? null : PLACED_AT + answeredMs,
        endedAt: PLACED_AT + endedMs,
        disposition,
        providerCode: code,
      });
    },
  );

  test('there is one for every disposition, and no other', () => {
    expect(Object.keys(ENDINGS_BY_NUMBER).sort()).toEqual(endings.map(([digits]) => digits));
    expect(endings.map(([, disposition]) => disposition).sort()).toEqual([...DISPOSITIONS].sort());
  });

  test.each([
    '0002',
    '2000-02',
    'sip:+14155550002@192.0.2.1:5060;transport=tcp',
    '+1 (415) 555-0002',
    'tel:+14155550002;x=1',
  ])('the last four digits of %s are 0002', (endpoint) => {
    for (const identity of ['a.1', 'b.1', 'c.1', 'd.1', 'e.1']) {
      expect(fate(dialed({ identity, endpoint }), PLACED_AT, 1)).toMatchObject({ disposition: 'busy' });
    }
  });
});

describe('an ending left to chance', () => {
  const fates = Array.from({ length: 20_000 }, (_, index) =>
    fate(dialed({ identity: `0198c0de-${index}.1`, endpoint: '+14155551234' }), PLACED_AT, 1),
  );
  const shareOf = (disposition: Disposition) =>
    fates.filter((one) => one.disposition === disposition).length / fates.length;

  test('the shares of the mix add up to one', () => {
    expect(MIX.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 10);
  });

  test.each(MIX)('calls end as %s as often as the mix says, over 20,000 identities', (disposition, share) => {
    // Four standard deviations: a hash that draws evenly is outside once in 16,000.
    expect(Math.abs(shareOf(disposition) - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / fates.length));
  });

  test('agent-unavailable and uncertain come by number only', () => {
    expect(shareOf('agent-unavailable')).toBe(0);
    expect(shareOf('uncertain')).toBe(0);
  });

  test('a call that is answered rings for 2 to 20 seconds and talks for 10 to 120, over the whole of both ranges', () => {
    const answered = fates.filter(({ disposition }) => disposition === 'answered');
    const rings = answered.map(({ answeredAt }) => (answeredAt ?? NaN) - PLACED_AT);
    const talks = answered.map(({ answeredAt, endedAt }) => endedAt - (answeredAt ?? NaN));
    const range = (values: number[]) =>
      [Math.min(...values), Math.max(...values)].map((value) => Math.round(value / 1_000));
    expect(range(rings)).toEqual([2, 20]);
    expect(range(talks)).toEqual([10, 120]);
  });

  test('how long a call rings says nothing about how long it talks', () => {
    const answered = fates.filter(({ disposition }) => disposition === 'answered');
    const quick = answered.filter(({ answeredAt }) => (answeredAt ?? NaN) - PLACED_AT < 11_000);
    const talk = (of: typeof answered) =>
      of.reduce((sum, { answeredAt, endedAt }) => sum + endedAt - (answeredAt ?? NaN), 0) / of.length;
    expect(Math.abs(talk(quick) - talk(answered))).toBeLessThan(2_000);
  });

  test('a call that fails does so within 0.5 to 3 seconds', () => {
    const failing = fates.filter(({ disposition }) => !['answered', 'voicemail', 'no-answer'].includes(disposition));
    for (const { answeredAt, endedAt } of failing) {
      expect(answeredAt).toBeNull();
      expect(endedAt - PLACED_AT).toBeGreaterThanOrEqual(500);
      expect(endedAt - PLACED_AT).toBeLessThanOrEqual(3_000);
    }
  });
});

describe('limits', () => {
  test('a ring time-out that comes before the answer makes it a no-answer then', () => {
    expect(fate(dialed({ ringTimeoutMs: 3_000 }), PLACED_AT, 1)).toMatchObject({
      answeredAt: null,
      endedAt: PLACED_AT + 3_000,
      disposition: 'no-answer',
      providerCode: '408',
    });
  });

  test('the maximum duration cuts a conversation short', () => {
    expect(fate(dialed({ maxDurationMs: 10_000 }), PLACED_AT, 1)).toMatchObject({
      answeredAt: PLACED_AT + 4_000,
      endedAt: PLACED_AT + 14_000,
      disposition: 'answered',
    });
  });

  test('speed divides every duration, those of the limits included', () => {
    expect(fate(dialed(), PLACED_AT, 100)).toMatchObject({ answeredAt: PLACED_AT + 40, endedAt: PLACED_AT + 340 });
    const unanswered = dialed({ endpoint: '0003' });
    expect(fate(unanswered, PLACED_AT, 100).endedAt).toBe(PLACED_AT + 450);
    expect(fate(dialed({ maxDurationMs: 10_000 }), PLACED_AT, 100).endedAt).toBe(PLACED_AT + 140);
  });
});

describe('any call', () => {
  const anyCall = fc.record({
    identity: fc.string({ minLength: 1 }),
    endpoint: fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom(...Object.keys(ENDINGS_BY_NUMBER)).map((digits) => `+1415555${digits}`),
    ),
    ringTimeoutMs: fc.integer({ min: 0, max: 120_000 }),
    maxDurationMs: fc.integer({ min: 0, max: 7_200_000 }),
  });
  const anySpeed = fc.oneof(fc.constantFrom(1, 60, 1_000), fc.double({ min: 0.1, max: 1e6, noNaN: true }));
  const anyTime = fc.integer({ min: 0, max: 4e12 });

  test('has one fate, whoever asks and however often', () => {
    fc.assert(
      fc.property(anyCall, anyTime, anySpeed, (call, placedAt, speed) => {
        const first = fate(call, placedAt, speed);
        fate({ ...call, identity: `${call.identity}x` }, placedAt, speed);
        expect(fate({ ...call }, placedAt, speed)).toEqual(first);
      }),
    );
  });

  test('has the same fate at another time, only later', () => {
    fc.assert(
      fc.property(anyCall, anyTime, anySpeed, fc.integer({ min: 1, max: 1e9 }), (call, placedAt, speed, later) => {
        const { ringingAt, answeredAt, endedAt, ...rest } = fate(call, placedAt, speed);
        expect(fate(call, placedAt + later, speed)).toEqual({
          ringingAt: ringingAt === null ? null : ringingAt + later,
          answeredAt: answeredAt === null ? null : answeredAt + later,
          endedAt: endedAt + later,
          ...rest,
        });
      }),
    );
  });

  test('rings, is answered and ends in that order, at whole milliseconds, within its limits', () => {
    fc.assert(
      fc.property(anyCall, anyTime, anySpeed, (call, placedAt, speed) => {
        const { ringingAt, answeredAt, endedAt, disposition } = fate(call, placedAt, speed);
        const times = [placedAt, ringingAt, answeredAt, endedAt].filter((time) => time !== null);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect(times.every(Number.isInteger)).toBe(true);
        expect(answeredAt !== null).toBe(disposition === 'answered' || disposition === 'voicemail');
        if (ringingAt !== null)
          expect((answeredAt ?? endedAt) - ringingAt).toBeLessThanOrEqual(call.ringTimeoutMs / speed + 1);
        if (answeredAt !== null) expect(endedAt - answeredAt).toBeLessThanOrEqual(call.maxDurationMs / speed + 1);
      }),
    );
  });

  test('that is hung up on ends then, unless it is over, and was answered only if it had been', () => {
    fc.assert(
      fc.property(
        anyCall,
        anyTime,
        anySpeed,
        fc.integer({ min: 0, max: 200_000 }),
        (call, placedAt, speed, afterMs) => {
          const before = fate(call, placedAt, speed);
          const at = placedAt + Math.round(afterMs / speed);
          const after = hungUp(before, at);
          if (at >= before.endedAt) {
            expect(after).toEqual(before);
          } else if ((before.answeredAt !== null && at >= before.answeredAt) || before.disposition === 'uncertain') {
            expect(after).toEqual({ ...before, endedAt: at });
          } else {
            expect(after).toMatchObject({
              answeredAt: null,
              endedAt: at,
              disposition: 'no-answer',
              providerCode: '487',
            });
          }
        },
      ),
    );
  });
});
