import { ParseError, parsePhoneNumberWithError } from 'libphonenumber-js/min';

/** What a trunk lets go out through it: limits against toll fraud. */
export interface TrunkLimits {
  /** Countries, ISO 3166-1 alpha-2; null is all. */
  readonly allowedCountries: readonly string[] | null;
  /** Caller IDs that a call may ask for; null is any. */
  readonly callerIds: readonly string[] | null;
  /** Its own, which a call may always ask for. */
  readonly callerId: string | null;
}

/**
 * What is wrong with calling `endpoint`, normalized, through a trunk, in words that go after it; null where nothing is.
 * Where countries are limited, what has none that can be told is refused: SIP URIs and extensions, numbers of satellites
 * and freephone, and numbers that no country has given out.
 */
export function countryMistake(endpoint: string, { allowedCountries }: TrunkLimits): string | null {
  if (allowedCountries === null) return null;
  const country = countryOf(endpoint);
  if (country === null) {
    return 'is of no country that can be told, and its trunk calls only phone numbers of its `allowedCountries`';
  }
  if (allowedCountries.includes(country)) return null;
  return `is a phone number of ${country}, which is not among the \`allowedCountries\` of its trunk`;
}

/** What is wrong with asking a trunk for this caller ID, in the same way. Null asks for none. */
export function callerIdMistake(asked: string | null, { callerIds, callerId }: TrunkLimits): string | null {
  if (asked === null || callerIds === null || asked === callerId || callerIds.includes(asked)) return null;
  return 'is not among the `callerIds` of its trunk';
}

/**
 * The country of a phone number in E.164. The lightest metadata tell the countries that share a code apart as the full ones
 * do: the 25 of +1 by every area code.
 */
function countryOf(endpoint: string): string | null {
  try {
    return parsePhoneNumberWithError(endpoint, { extract: false }).country ?? null;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return null;
  }
}
