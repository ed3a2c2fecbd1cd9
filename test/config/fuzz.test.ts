import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { pathText } from '../../src/config/path.ts';
import { problems } from './support.ts';

const EXAMPLE = readFileSync(new URL('../../outdial.example.yaml', import.meta.url), 'utf8');

/** Puts `value` at a place of `file` that `choose` picks, however deep. */
function replaceSomewhere(file: unknown, value: unknown, choose: (count: number) => number): unknown {
  if (typeof file !== 'object' || file === null || choose(4) === 0) return value;
  const copy = structuredClone(file) as Record<string, unknown>;
  const keys = Object.keys(copy);
  const key = keys[choose(keys.length)];
  if (key !== undefined) copy[key] = replaceSomewhere(copy[key], value, choose);
  return copy;
}

const full = {
  organizations: [
    {
      orgId: 'default',
      apiKeys: [{ name: 'a', key: 'key-of-a', loopbackOnly: true }],
      searchable: ['x'],
      legalHours: { monday: [{ start: '08:00', end: '21:00' }], holidays: ['2026-12-25'] },
    },
  ],
  trunks: [
    {
      name: 'demo',
      orgId: 'default',
      lines: 1,
      callsPerSecond: 1,
      allowedCountries: ['US'],
      callerIds: ['+14155550100'],
      dialer: { type: 'simulator', speed: 1 },
    },
  ],
  agents: [
    {
      agentId: 'demo',
      name: 'Demo',
      trunk: 'demo',
      prompt: 'Hello {{name}}',
      additionalData: { a: 1 },
      schedule: { timezone: 'UTC', monday: [{ start: '09:00', end: '10:00' }], holidays: ['2026-12-25'] },
      retry: { maxAttempts: 2, delays: { busy: '5m', failed: ['1m', '5m'] } },
    },
  ],
};

// `problems` lets any error through that is not a ConfigurationError, so it is enough to call it.
// A minute, since it reads some hundred files and the machine may have more to do.
describe('a bad file', { timeout: 60_000 }, () => {
  it('never throws anything but a ConfigurationError, whatever value is in the wrong place', () => {
    expect(problems(full)).toEqual([]);
    fc.assert(
      fc.property(fc.jsonValue(), fc.gen(), (value, gen) => {
        const bad = replaceSomewhere(full, value, (count) => gen(fc.integer, { min: 0, max: Math.max(0, count - 1) }));
        problems(stringify(bad));
      }),
      { numRuns: 500 },
    );
  });

  it('never throws anything but a ConfigurationError, whatever is typed into it or cut from it', () => {
    const typed = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('&a ', '*a', '!!', '${', '}', '\n', '- ', ': ', '\t'),
    );
    const place = fc.nat({ max: EXAMPLE.length });
    fc.assert(
      fc.property(place, fc.nat({ max: 40 }), typed, (at, cut, text) => {
        problems(EXAMPLE.slice(0, at) + text + EXAMPLE.slice(at + cut));
      }),
      { numRuns: 300 },
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void problems(text)));
  });
});

describe('the path of a mistake', () => {
  it('is never that of another one', () => {
    const path = fc.array(fc.oneof(fc.nat({ max: 3 }), fc.string({ maxLength: 3 })), { maxLength: 3 });
    fc.assert(
      fc.property(path, path, (a, b) => {
        expect(pathText(a) === pathText(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});
