import { describe, expect, test } from 'vitest';
import { resolveEdit } from '../../src/activities/resolve-edit.ts';
import { parseConfiguration } from '../../src/config/configuration.ts';
import type { CallEdit, CallFacts, CallInput, EditedCall, Plan } from '../../src/contract/call.ts';

const configuration = parseConfiguration(
  `
trunks:
  - { name: demo, lines: 1, allowedCountries: [US], dialer: { type: simulator } }
agents:
  - agentId: mornings
    name: In the morning
    trunk: demo
    defaultCountry: US
    schedule: { monday: &m [{ start: "09:00", end: "12:00" }], tuesday: *m, wednesday: *m, thursday: *m, friday: *m }
`,
  {},
  'test.yaml',
);

/** A Tuesday, when it is 10:00 in Rome. */
const NOW = Date.parse('2026-11-24T09:00:00.000Z');

const facts = {
  orgId: 'default',
  agentId: 'mornings',
  trunk: 'demo',
  endpoint: '+14155550001',
  priority: 1,
  callDeadline: '2026-11-26T09:00:00.000Z',
  timezone: 'Europe/Rome',
  scheduledTime: null,
} as CallFacts;
const waiting: Plan = { at: '2026-11-25T08:00:00.000Z', waitingFor: 'calling-window', summary: 'waits' };
const input = { endpoint: '+14155550001', plan: waiting, priorityKey: 46 } as CallInput;

const resolve = (edit: unknown, plan = waiting) =>
  resolveEdit(
    { configuration: () => configuration, secret: 'of tests', priorityLevels: 50 },
    { facts, input, plan, edit: edit as CallEdit },
    NOW,
  );

function edited(edit: CallEdit, plan?: Plan): EditedCall {
  const answer = resolve(edit, plan);
  if (answer.kind !== 'edited') throw new Error(JSON.stringify(answer));
  return answer.call;
}

describe('an edit of a call', () => {
  test('changes what it names, and says what is not what it was', () => {
    const call = edited({ priority: 25, endpoint: '(415) 555-0009' });
    expect(call.changed).toEqual(['priority', 'endpoint']);
    expect(call.facts).toEqual({ ...facts, priority: 25, endpoint: '(415) 555-0009' });
    expect(call.input).toMatchObject({ endpoint: '+14155550009', plan: waiting });
    expect(call.input.priorityKey).toBeLessThan(input.priorityKey);
  });

  test('leaves alone what it does not name, or names with null', () => {
    const call = edited({ priority: null, callDeadline: null, scheduledTime: null, endpoint: null });
    expect(call.changed).toEqual([]);
    expect(call.facts).toEqual(facts);
    expect(call.input.plan).toEqual(waiting);
  });

  test('finds the call by its new number, and by that alone', () => {
    expect(edited({ endpoint: '+14155550009' }).endpointHash).toBe(edited({ endpoint: '415-555-0009' }).endpointHash);
    expect(edited({ endpoint: '+14155550009' }).endpointHash).not.toBe(edited({}).endpointHash);
  });

  test('plans a new time inside the calling window of the recipient', () => {
    // Wall-clock time in the zone of the call, since it has no offset; by then it is past noon.
    expect(edited({ scheduledTime: '2026-11-24T13:00' })).toMatchObject({
      facts: { scheduledTime: '2026-11-24T12:00:00.000Z' },
      input: { plan: { at: '2026-11-25T08:00:00.000Z', waitingFor: 'calling-window' } },
    });
    expect(edited({ scheduledTime: '2026-11-24T11:30' })).toMatchObject({
      input: { plan: { at: '2026-11-24T10:30:00.000Z', waitingFor: 'scheduled-time' } },
    });
  });

  test('never brings a retry forward', () => {
    const retry: Plan = { at: '2026-11-25T10:00:00.000Z', waitingFor: 'retry-delay', summary: 'waits to try again' };
    const { plan } = edited({ scheduledTime: '2026-11-24T11:00' }, retry).input;
    expect(plan.at).toBe(retry.at);
  });

  test('moves a call that no window ever opens for to its new deadline', () => {
    const never: Plan = { at: facts.callDeadline, waitingFor: 'calling-window', summary: 'no calling window opens' };
    expect(edited({ callDeadline: '2026-11-27T09:00:00Z' }, never).input.plan.at).not.toBe(facts.callDeadline);
  });

  test.each<[string, unknown, { path: string; message: RegExp }[]]>([
    ['a deadline in the past', { callDeadline: '2026-11-24T09:00:00Z' }, [{ path: 'callDeadline', message: /past/ }]],
    [
      'a deadline without an offset',
      { callDeadline: '2026-11-25T09:00' },
      [{ path: 'callDeadline', message: /offset/ }],
    ],
    [
      'a deadline before its own schedule time',
      { callDeadline: '2026-11-24T12:00:00Z', scheduledTime: '2026-11-24T12:00:00Z' },
      [{ path: 'callDeadline', message: /not after/ }],
    ],
    [
      'a schedule time that the deadline does not leave',
      { scheduledTime: '2026-11-26T09:00:00Z' },
      [{ path: 'scheduledTime', message: /deadline/ }],
    ],
    ['a number that cannot be', { endpoint: '12' }, [{ path: 'endpoint', message: /too short/ }]],
    [
      'a number of a country that its trunk does not call',
      { endpoint: '+18765551234' },
      [{ path: 'endpoint', message: /of JM/ }],
    ],
    ['a field that is none', { prio: 7 }, [{ path: '', message: /prio/ }]],
    ['a priority that is none', { priority: 1.5 }, [{ path: 'priority', message: /./ }]],
    ['no object', 'later', [{ path: '', message: /object/ }]],
    [
      'several mistakes at once',
      { endpoint: '12', scheduledTime: 'soon' },
      [
        { path: 'endpoint', message: /./ },
        { path: 'scheduledTime', message: /./ },
      ],
    ],
  ])('with %s changes nothing, and says what is wrong and where', (_, edit, mistakes) => {
    const expected = mistakes.map(({ path, message }) => ({ path, message: expect.stringMatching(message) as string }));
    expect(resolve(edit)).toEqual({ kind: 'invalid', mistakes: expected });
  });
});
