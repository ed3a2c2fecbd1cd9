import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskEndpoint } from '../../src/domain/mask.ts';

test.each([
  ['+15551230100', '+1555•••0100'],
  ['+1 (555) 123-0100', '+1555•••0100'],
  [' 15551230100 ', '1555•••0100'],
  ['+4915112345678', '+4915•••5678'],
  ['+4512345678', '•••'],
  ['1001', '•••'],
  ['', '•••'],
  ['reception-desk-00000000', '•••'],
  ['sip:+15551230100@example.com', 'sip:•••'],
  ['SIPS:alice@example.com', 'sips:•••'],
])('%j is shown as %j', (endpoint, masked) => expect(maskEndpoint(endpoint)).toBe(masked));

test('at most eight digits of any number are shown, and at least three are not', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\+?[\d ().-]{0,30}$/), (number) => {
      const shown = maskEndpoint(number).replace(/\D/g, '').length;
      const all = number.replace(/\D/g, '').length;
      expect(shown).toBeLessThanOrEqual(8);
      expect(shown === 0 || all - shown >= 3).toBe(true);
    }),
  );
});

test('of what is no number nothing is shown but that it is a SIP URI', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const endpoint = `x${text}`;
      expect(maskEndpoint(endpoint)).toBe('•••');
      expect(maskEndpoint(`sip:${endpoint}`)).toBe('sip:•••');
    }),
  );
});
