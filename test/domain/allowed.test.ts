import fc from 'fast-check';
import { getCountries, getCountryCallingCode, parsePhoneNumberWithError } from 'libphonenumber-js/max';
import { describe, expect, test } from 'vitest';
import { callerIdMistake, countryMistake, type TrunkLimits } from '../../src/domain/allowed.ts';
import { normalizeEndpoint } from '../../src/domain/phone-number.ts';

const none: TrunkLimits = { allowedCountries: null, callerIds: null, callerId: null };
const calling = (...allowedCountries: string[]): TrunkLimits => ({ ...none, allowedCountries });

describe('a trunk with countries', () => {
  test.each([
    ['+14155550001', 'US'],
    ['+18085550001', 'US'],
    ['+14165550001', 'CA'],
    ['+18765551234', 'JM'],
    ['+18095550001', 'DO'],
    ['+447400123456', 'GB'],
    ['+393312345678', 'IT'],
    ['+77011234567', 'KZ'],
  ])('takes %s of %s where it calls that country, and nowhere else', (number, country) => {
    expect(countryMistake(number, calling('DE', country))).toBeNull();
    expect(countryMistake(number, calling('DE', 'FR'))).toBe(
      `is a phone number of ${country}, which is not among the \`allowedCountries\` of its trunk`,
    );
  });

  test.each([
    ['+15551234567', 'of an area that does not exist'],
    ['+80012345678', 'of freephone everywhere'],
    ['+881612345678', 'of a satellite'],
    ['sip:+14155550001@example.com', 'within a SIP URI'],
    ['1001', 'that is an extension'],
    ['anything', 'that is none'],
  ])('does not take %s, a number %s, since nobody can tell its country', (endpoint) => {
    expect(countryMistake(endpoint, calling('US', 'GB'))).toBe(
      'is of no country that can be told, and its trunk calls only phone numbers of its `allowedCountries`',
    );
  });

  test('tells countries apart as the whole metadata do, whatever the number', () => {
    const codes = [...new Set(getCountries().map((country) => getCountryCallingCode(country)))];
    const number = fc
      .tuple(fc.oneof(fc.constantFrom(...codes), fc.constantFrom('1', '44', '7')), fc.stringMatching(/^\d{4,13}$/))
      .map(([code, rest]) => `+${code}${rest}`)
      .filter((text) => normalizeEndpoint(text, { endpoints: 'e164', defaultCountry: null }).ok);
    fc.assert(
      fc.property(number, (text) => {
        const { country } = parsePhoneNumberWithError(text, { extract: false });
        const others = getCountries().filter((one) => one !== country);
        expect(countryMistake(text, calling(...getCountries())) === null).toBe(country !== undefined);
        expect(countryMistake(text, calling(...others))).not.toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a trunk with caller IDs', () => {
  const limits: TrunkLimits = { ...none, callerId: '+14155550100', callerIds: ['+14155550101', 'Northside'] };

  test('takes these and its own, and a call that asks for none', () => {
    for (const asked of ['+14155550101', 'Northside', '+14155550100', null]) {
      expect(callerIdMistake(asked, limits)).toBeNull();
    }
  });

  test('takes no other, and where its list is empty none but its own', () => {
    for (const asked of ['+14155550102', '', 'northside', '+1415555010']) {
      expect(callerIdMistake(asked, limits)).toBe('is not among the `callerIds` of its trunk');
    }
    expect(callerIdMistake('+14155550101', { ...limits, callerIds: [] })).not.toBeNull();
    expect(callerIdMistake('+14155550100', { ...limits, callerIds: [] })).toBeNull();
  });
});

test('a trunk without limits takes everything', () => {
  for (const text of ['+18765551234', 'sip:ada@example.com', '1001']) {
    expect(countryMistake(text, none)).toBeNull();
    expect(callerIdMistake(text, none)).toBeNull();
  }
});
