import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCalls } from '../../../src/api/accepting/read-calls.ts';
import { acceptance, mistakesOfAll, NUMBER } from '../support.ts';

const FIELDS = [
  'endpoint',
  'additionalData',
  'priority',
  'callDeadline',
  'callDeadLine',
  'timezone',
  'overrideOutboundConfig',
  'scheduledTime',
  'phoneNumber',
  'credentialsId',
  'displayName',
];

/** Any JSON, with the words of the contract in it so that it gets deep. */
const item = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(fc.oneof(fc.constantFrom(...FIELDS), fc.string()), fc.jsonValue(), { maxKeys: 12 }),
  fc.record(
    {
      endpoint: fc.oneof(fc.string({ unit: 'binary' }), fc.constant(NUMBER)),
      additionalData: fc.jsonValue(),
      priority: fc.oneof(fc.double(), fc.integer(), fc.jsonValue()),
      callDeadline: fc.oneof(fc.date({ noInvalidDate: true }).map(String), fc.string({ unit: 'binary' })),
      callDeadLine: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      timezone: fc.string({ unit: 'binary' }),
      overrideOutboundConfig: fc.dictionary(fc.constantFrom(...FIELDS), fc.jsonValue()),
      scheduledTime: fc.oneof(
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        fc.string({ unit: 'binary' }),
      ),
    },
    { requiredKeys: [] },
  ),
);

const agentId = fc.constantFrom('demo', 'bare', 'office', 'never');

describe('whatever JSON is sent as a call', () => {
  test('it is a call or a list of mistakes, each with the index of its item: never another error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 5 }), agentId, async (items, agent) => {
        // What a client sends has been written as JSON: -0 and undefined are gone.
        const body = JSON.parse(JSON.stringify(items)) as unknown[];
        const mistakes = await mistakesOfAll(body, agent);
        if (mistakes.length === 0) expect(await readCalls(body, acceptance(agent))).toHaveLength(body.length);
        for (const { index, message } of mistakes) {
          expect(index).toBeGreaterThanOrEqual(0);
          expect(index).toBeLessThan(body.length);
          expect(message).not.toBe('');
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('no message repeats an endpoint, a variable or any other value that was sent', async () => {
    /** Text that is found nowhere by chance. */
    const secret = fc.nat().map((number) => `Zq${number}Zq`);
    const bad = fc.record(
      {
        endpoint: fc.oneof(
          secret,
          secret.map((text) => `sip:${text}`),
          secret.map((text) => `+1${text}`),
          secret.map((text) => ({ text })),
        ),
        additionalData: fc.oneof(secret, fc.array(secret, { minLength: 1 })),
        priority: secret,
        callDeadline: secret,
        callDeadLine: secret,
        timezone: secret,
        overrideOutboundConfig: fc.oneof(secret, fc.record({ phoneNumber: fc.array(secret), credentialsId: secret })),
        scheduledTime: secret,
        prioritee: secret,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(bad, agentId, async (call, agent) => {
        const told = JSON.stringify(await mistakesOfAll([call], agent));
        expect(told).not.toContain('Zq');
        // Every field that was sent is wrong, and so told.
        for (const field of Object.keys(call)) expect(told).toContain(field);
      }),
      { numRuns: 1_000 },
    );
  });

  test('no message has digits of a phone number that is wrong', async () => {
    const number = fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: 5, maxLength: 25 })
      .map((digits) => digits.join(''));
    await fc.assert(
      fc.asyncProperty(number, fc.constantFrom('', '+', '+999', 'tel:', 'sip:', '00'), async (digits, prefix) => {
        const told = JSON.stringify(await mistakesOfAll([{ endpoint: prefix + digits }], 'bare'));
        expect(told).not.toContain(digits);
      }),
      { numRuns: 1_000 },
    );
  });
});
