import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PageCall } from '../../src/contract/batch.ts';
import { commonParts, isPageLoad, packCall, type PackedPage, unpackPage } from '../../src/contract/packed-page.ts';
import { toPageCall } from '../../src/api/accepting/page-calls.ts';
import { accept, agentNamed, configuration } from '../api/support.ts';

const deps = { secret: 'a secret', priorityLevels: 50 as const, configuration: () => configuration };

const call = (fields: object, index: number): PageCall =>
  toPageCall(deps, agentNamed('demo'), accept(fields), 'batch', `batch-${index}`);

const fields = fc.record(
  {
    additionalData: fc.option(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 })),
    priority: fc.integer({ min: 1, max: 2 }),
    scheduledTime: fc.constantFrom('2026-11-25T09:00:00Z', '2026-11-26T09:00:00Z'),
    timezone: fc.constantFrom('Europe/Berlin', 'UTC'),
    overrideOutboundConfig: fc.record({ displayName: fc.string({ minLength: 1 }) }),
  },
  { requiredKeys: [] },
);

function packPage(calls: readonly PageCall[]): PackedPage {
  const common = commonParts(calls);
  return { common, calls: calls.map((one) => packCall(one, common)) };
}

/** As Temporal hands it to a page. */
const received = (load: unknown): unknown => JSON.parse(JSON.stringify(load));

describe('a page of calls', () => {
  test('comes out as it was packed, whatever its calls have in common', () => {
    fc.assert(
      fc.property(fc.array(fields, { maxLength: 10 }), (some) => {
        const calls = some.map(call);
        const load = received(packPage(calls));
        if (!isPageLoad(load)) throw new Error('Expected a page to take it');
        expect(unpackPage(load)).toEqual(received(calls));
      }),
    );
  });

  test('says what all of its calls have in common once', () => {
    const calls = Array.from({ length: 100 }, (_, index) =>
      call({ additionalData: { name: `Recipient ${index}` } }, index),
    );
    expect(JSON.stringify(packPage(calls)).length).toBeLessThan(JSON.stringify(calls).length / 2);
  });

  test('is taken as an array of calls too, as 0.1.0 sent it', () => {
    const calls = [call({}, 0)];
    expect(isPageLoad(calls)).toBe(true);
    expect(unpackPage(calls)).toBe(calls);
  });

  test.each([
    undefined,
    null,
    'text',
    {},
    [1],
    [{}],
    [{ callId: 'x' }],
    { common: {} },
    { common: {}, calls: [] },
    { calls: [] },
  ])('is not %j', (load) => {
    expect(isPageLoad(load)).toBe(false);
  });
});
