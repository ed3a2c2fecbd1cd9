import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gate, type GateHost } from '../../src/activities/gate.ts';
import type { AgentConfig, TrunkConfig } from '../../src/config/schema.ts';
import type { PlaceCallInput } from '../../src/contract/placement.ts';
import { isOpen, nextOpening } from '../../src/domain/calling-window.ts';
import { planHeldBack } from '../../src/domain/held-back.ts';
import { toInstant } from '../../src/domain/instant.ts';
import { anySituation } from '../domain/schedules.ts';
import { DAY_MS, HOUR_MS } from '../domain/zones.ts';

/** How far workers' clocks are from the server's, each time that one is looked at: back and forth, then right. */
const jumps = fc.array(fc.integer({ min: -6 * HOUR_MS, max: 6 * HOUR_MS }), { maxLength: 8 });

test('however the clocks of workers jump, a call is dialed once, in hours by the clock that dials it, and never in a loop', async () => {
  await fc.assert(
    fc.asyncProperty(anySituation, jumps, async ({ zone, at, schedule }, skews) => {
      fc.pre(nextOpening(schedule, zone, at) !== null);
      const agent = { schedule, isEnabled: true } as AgentConfig;
      const trunk = { allowedCountries: null, callerIds: null } as TrunkConfig;
      const host: GateHost = {
        agent: () => agent,
        trunk: () => trunk,
        batchGate: () => Promise.resolve('open'),
        isPaused: () => Promise.resolve(false),
      };
      const callDeadline = toInstant(at + 400 * DAY_MS);
      const input = { timezone: zone, callDeadline, batchId: null, overrideOutboundConfig: null } as PlaceCallInput;

      // As the workflow of a call has it, whose clock is the server's.
      let now = at;
      for (let asked = 0; ; asked += 1) {
        const clock = now + (skews[asked] ?? 0);
        const outcome = await gate(host, input, clock, false);
        if (outcome === null) {
          expect(isOpen(schedule, zone, clock)).toBe(true);
          return;
        }
        if (outcome.kind !== 'not-now') throw new Error(`Expected it to be held back, got ${outcome.kind}`);
        const next = Date.parse(planHeldBack(outcome.plan, outcome.askedTime, now).at);
        expect(next).toBeGreaterThan(now);
        now = next;
        // Once the clocks are right, it waits for its hours and goes out.
        expect(asked).toBeLessThanOrEqual(skews.length + 1);
      }
    }),
    { numRuns: 1_000 },
  );
}, 120_000);
