import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestTimes } from '../../../src/api/accepting/request-times.ts';
import { planCall } from '../../../src/domain/plan.ts';
import { parseDateTime } from '../../../src/domain/time-zone.ts';
import { agentNamed, NOW } from '../support.ts';

const zone = fc.constantFrom('America/New_York', 'Europe/Berlin', 'Asia/Kolkata');
const hours = fc.integer({ min: -48, max: 96 });

describe('the times of one request', () => {
  test.each(['demo', 'office', 'never'])('are those of each of its calls alone, asked once or often: %s', (agentId) => {
    const { schedule } = agentNamed(agentId);
    const times = new RequestTimes(schedule, NOW);
    fc.assert(
      fc.property(zone, hours, fc.integer({ min: 1, max: 3 }), (inZone, from, days) => {
        const notBefore = NOW + from * 3_600_000;
        const callDeadline = new Date(NOW + days * 86_400_000).toISOString();
        const plan = planCall(schedule, inZone, { now: NOW, notBefore, callDeadline });
        expect(times.plan(inZone, notBefore, callDeadline)).toEqual(plan);
        const text = new Date(notBefore).toISOString().slice(0, 16);
        expect(times.parse(text, inZone)).toBe(parseDateTime(text, inZone));
      }),
    );
  });

  test('are null for what is none, asked once or often', () => {
    const times = new RequestTimes(null, NOW);
    for (let asked = 0; asked < 3; asked += 1) expect(times.parse('tomorrow', 'UTC')).toBeNull();
  });
});
