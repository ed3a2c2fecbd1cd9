const MASK = '•••';
const SHOWN_DIGITS = 4;
/** Fewer hidden digits than these are soon guessed. */
const LEAST_HIDDEN_DIGITS = 3;

/**
 * An endpoint as it may stand in a log at debug level: `+1555•••0100` for a phone number, first and last four digits and
 * not how many are between; `sip:•••` for a SIP URI; `•••` for a number of fewer than 11 digits and for everything else.
 */
export function maskEndpoint(endpoint: string): string {
  const text = endpoint.trim();
  const scheme = /^sips?:/i.exec(text)?.[0];
  if (scheme !== undefined) return scheme.toLowerCase() + MASK;

  const digits = text.replace(/\D/g, '');
  const isNumber = /^\+?[\d\s().-]+$/.test(text);
  if (!isNumber || digits.length < 2 * SHOWN_DIGITS + LEAST_HIDDEN_DIGITS) return MASK;
  return (text.startsWith('+') ? '+' : '') + digits.slice(0, SHOWN_DIGITS) + MASK + digits.slice(-SHOWN_DIGITS);
}
