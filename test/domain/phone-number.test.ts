import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalizeEndpoint, type EndpointRule } from '../../src/domain/phone-number.ts';

const E164: EndpointRule = { endpoints: 'e164', defaultCountry: null };
const US: EndpointRule = { endpoints: 'e164', defaultCountry: 'US' };
const ANY: EndpointRule = { endpoints: 'any', defaultCountry: 'DE' };

const normalized = (endpoint: string, rule: EndpointRule): string | null => {
  const result = normalizeEndpoint(endpoint, rule);
  return result.ok ? result.normalized : null;
};
const message = (endpoint: string, rule: EndpointRule): string | null => {
  const result = normalizeEndpoint(endpoint, rule);
  return result.ok ? null : result.message;
};

describe('a phone number', () => {
  test.each([
    ['+15551234567', '+15551234567'], // a test number: possible, though not valid
    ['+14155550100', '+14155550100'],
    [' +1 (415) 555-0100 ', '+14155550100'],
    ['＋14155550100', '+14155550100'],
    ['+4915112345678', '+4915112345678'],
    ['+390612345678', '+390612345678'], // Italy keeps its 0
    ['+80012345678', '+80012345678'], // of no country
  ])('with a country code, %s, is taken as %s by every agent', (endpoint, expected) => {
    expect(normalized(endpoint, E164)).toBe(expected);
    expect(normalized(endpoint, US)).toBe(expected);
    expect(normalized(endpoint, ANY)).toBe(expected);
  });

  test("without + is one of the agent's country", () => {
    expect(normalized('(415) 555-0100', US)).toBe('+14155550100');
    expect(normalized('020 7183 8750', { endpoints: 'e164', defaultCountry: 'GB' })).toBe('+442071838750');
    expect(normalized('00 44 20 7183 8750', { endpoints: 'e164', defaultCountry: 'DE' })).toBe('+442071838750');
  });

  test('without + and without a country of the agent is refused, and the message says what is missing', () => {
    expect(message('4155550100', E164)).toContain('`defaultCountry`');
    expect(message('4155550100', { endpoints: 'e164', defaultCountry: 'XX' })).toContain('is no country');
  });

  test.each([
    ['+1555123', 'too short or too long'],
    ['+1', 'too short or too long'],
    ['+155512345678901234567', 'too short or too long'],
    ['+999123456789', 'country code that does not exist'],
    ['+14155550100 ext. 12', 'extension'],
    ['+14155550100;ext=12', 'extension'],
    ['call +14155550100', 'neither a phone number nor a SIP URI'],
    ['tel:+14155550100', 'neither a phone number nor a SIP URI'],
    ['reception', 'neither a phone number nor a SIP URI'],
    ['+', 'neither a phone number nor a SIP URI'],
    ['1'.repeat(1_000), 'too short or too long'],
    ['', 'blank'],
    [' \t', 'blank'],
  ])('%j is refused', (endpoint, reason) => {
    expect(message(endpoint, US)).toContain(reason);
  });
});

describe('a SIP URI', () => {
  test.each([
    ['sip:alice@example.com', 'sip:alice@example.com'],
    ['SIPS:Alice@Example.COM:5061;transport=TLS', 'sips:Alice@example.com:5061;transport=TLS'],
    ['sip:+14155550100@10.0.0.1;user=phone', 'sip:+14155550100@10.0.0.1;user=phone'],
    ['sip:1001:secret@[2001:DB8::1]', 'sip:1001:secret@[2001:db8::1]'],
  ])('%s is taken as %s on every trunk', (endpoint, expected) => {
    expect(normalized(endpoint, E164)).toBe(expected);
    expect(normalized(endpoint, ANY)).toBe(expected);
  });

  test.each([
    'sip:',
    'sip:alice',
    'sip:example.com',
    'sip:@example.com',
    'sip::secret@example.com',
    'sip:alice@',
    'sip:alice@example.com:port',
    'sip:alice@@example.com',
    'sip:al ice@example.com',
    'sip:alice@example.com\r\nVia: x',
    'sip:<alice>@example.com',
    'sip:alice@example.com>',
  ])('%j is none', (endpoint) => expect(message(endpoint, E164)).toContain('needs a user and a host'));
});

describe('on a trunk that takes any endpoint', () => {
  test.each([
    [' 1001 ', '1001'], // a possible number in Germany, but an extension here
    ['*98', '*98'],
    ['+1555123', '+1555123'],
    ['sip:alice', 'sip:alice'],
    ['Reception', 'Reception'],
  ])('%j is taken as %j', (endpoint, expected) => expect(normalized(endpoint, ANY)).toBe(expected));

  test('only a blank one is refused', () => {
    expect(message('  ', ANY)).toContain('blank');
  });
});

const anything = fc.oneof(
  fc.string(),
  fc.stringMatching(/^\+?[\d ()-]{1,20}$/),
  fc.stringMatching(/^sips?:[\w.+]{0,5}@?[A-Za-z.]{0,9}$/),
);
const anyRule = fc.record({
  endpoints: fc.constantFrom('e164' as const, 'any' as const),
  defaultCountry: fc.constantFrom('US', 'DE', 'GB', 'XX', '', null),
});

test('what is normalized stays as it is when normalized again', () => {
  fc.assert(
    fc.property(anything, anyRule, (endpoint, rule) => {
      const once = normalized(endpoint, rule);
      if (once !== null) expect(normalized(once, rule)).toBe(once);
    }),
    { numRuns: 2_000 },
  );
});

test('no message tells anything of the number: there are but a handful of them', () => {
  const messages = new Set<string>();
  fc.assert(
    fc.property(anything, anyRule, (endpoint, rule) => {
      const text = message(endpoint, rule);
      if (text !== null) messages.add(text);
    }),
    { numRuns: 5_000 },
  );
  expect(messages.size).toBeLessThanOrEqual(8);
  for (const text of messages) expect(text.replaceAll('E.164', '')).not.toMatch(/\d/);
});

describe('a number of North America', () => {
  test('is possible and known by the same text whichever of its countries it belongs to', () => {
    const national = fc.integer({ min: 2_000_000_000, max: 9_999_999_999 });
    fc.assert(
      fc.property(national, (digits) => {
        const number = `+1${digits}`;
        // A space sends it to the library, which looks its country up.
        expect(normalized(number.replace('+1', '+1 '), E164)).toBe(number);
        expect(normalized(number, E164)).toBe(number);
      }),
      { numRuns: 5_000 },
    );
  });
});
