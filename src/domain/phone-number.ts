// `min`, the lightest metadata (83 KB): whether a number is possible depends on its country and length alone, which it has
// whole. `max` (157 KB) adds the patterns and kinds of numbers, which only `isValid` and `getType` need; over 190,000
// random numbers of all country codes the two gave the same answers.
import { ParseError, parsePhoneNumberWithError, type CountryCode, type PhoneNumber } from 'libphonenumber-js/min';

/** How a trunk and an agent let an endpoint be written. */
export interface EndpointRule {
  /** Of the trunk: phone numbers and SIP URIs, or whatever its provider understands. */
  readonly endpoints: 'e164' | 'any';
  /** Of the agent: ISO 3166-1 alpha-2, the country of numbers without +; null where they are an error. */
  readonly defaultCountry: string | null;
}

/** What an endpoint is known by, however it was written; or what is wrong with it and what to do, without the number. */
export type NormalizedEndpoint =
  { readonly ok: true; readonly normalized: string } | { readonly ok: false; readonly message: string };

/**
 * The one way to write `endpoint`, so that the same recipient is recognized again: E.164 for a phone number, scheme and
 * host in lower case for a SIP URI (RFC 3261, 19.1.4: its user part keeps its case), the trimmed text for anything else,
 * which only a trunk with `endpoints: any` takes. There, a number without + is such a text, since it may be an
 * extension: 1001 is also a possible number in Germany.
 *
 * A number is accepted when it is *possible*, of a length that its country has; whether it is in use only dialing tells.
 */
export function normalizeEndpoint(endpoint: string, rule: EndpointRule): NormalizedEndpoint {
  // East Asian keyboards have a full-width plus. libphonenumber overlooks it, and would take +49… for a national number.
  const text = endpoint.trim().replace(/^＋/, '+');
  if (text === '') return refused('is blank: send a phone number in E.164 or a SIP URI');

  const sip = normalizeSipUri(text);
  if (rule.endpoints === 'any') {
    const number = text.startsWith('+') ? normalizeNumber(text, null) : null;
    return { ok: true, normalized: sip ?? (number?.ok ? number.normalized : text) };
  }
  if (sip !== null) return { ok: true, normalized: sip };
  if (/^sips?:/i.test(text)) return refused('is not a SIP URI to be called: it needs a user and a host, sip:user@host');
  return normalizeNumber(text, rule.defaultCountry);
}

const refused = (message: string): NormalizedEndpoint => ({ ok: false, message });

/**
 * Numbers of North America, in E.164: all of them are possible, in all of its 25 countries. Finding out which country one
 * belongs to takes the library as long as all else that accepting a call takes.
 */
const NORTH_AMERICAN = /^\+1[2-9]\d{9}$/;

function normalizeNumber(text: string, defaultCountry: string | null): NormalizedEndpoint {
  if (NORTH_AMERICAN.test(text)) return { ok: true, normalized: text };
  let number: PhoneNumber;
  try {
    // It knows at run time which country codes exist, and says so. `extract`: no looking for a number within a sentence.
    number = parsePhoneNumberWithError(text, {
      defaultCountry: (defaultCountry ?? undefined) as CountryCode,
      extract: false,
    });
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return refused(explain(error, text, defaultCountry));
  }
  if (number.ext !== undefined) return refused('has an extension, which E.164 cannot express: leave it out');
  if (!number.isPossible()) return refused(WRONG_LENGTH);
  return { ok: true, normalized: number.number };
}

const WRONG_LENGTH = 'is too short or too long for a phone number of its country: send all of it, in E.164';

function explain(error: ParseError, text: string, defaultCountry: string | null): string {
  if (error.message === 'TOO_SHORT' || error.message === 'TOO_LONG') return WRONG_LENGTH;
  if (error.message !== 'INVALID_COUNTRY') {
    return 'is neither a phone number nor a SIP URI: send + and the number with its country code (E.164), or sip:user@host';
  }
  if (text.startsWith('+')) return 'begins with a country code that does not exist: check the digits after the +';
  if (defaultCountry === null) {
    return "has no + and its agent has no `defaultCountry`: send + and the country code first (E.164), or set the agent's `defaultCountry`";
  }
  return "has no + and its agent's `defaultCountry` is no country with telephone numbers: correct it, or send E.164";
}

const SIP_URI =
  /^(?<scheme>sips?):(?<user>[\w.!~*'()%&=+$,;?/#-][\w.!~*'()%&=+$,;?/#:-]*)@(?<host>(?:\[[\da-f:.]+\]|[a-z\d](?:[a-z\d.-]*[a-z\d])?\.?)(?::\d{1,5})?)(?<rest>[;?][\w.!~*'()%&=+$,;?/:@[\]-]*)?$/i;

/** A SIP or SIPS URI (RFC 3261, 19.1.1) with a user, since somebody is to be called; null for anything else. */
function normalizeSipUri(text: string): string | null {
  const { scheme, user, host, rest = '' } = SIP_URI.exec(text)?.groups ?? {};
  if (scheme === undefined || user === undefined || host === undefined) return null;
  return `${scheme.toLowerCase()}:${user}@${host.toLowerCase()}${rest}`;
}
