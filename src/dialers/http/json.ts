/** The fields of a JSON object; none of whatever else a text is. */
export function fieldsOf(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse((text ?? '').replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A text of at most so many characters, a number as its digits; null for whatever else is there, or nothing. */
export function textOf(value: unknown, most = 200): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' && value.length <= most ? value : null;
}

/** As much of a message as people are told, in characters. */
const LONGEST_MESSAGE = 1_000;

/** What a platform tells people, without what looks like a phone number; null where it tells nothing. */
export function messageOf(value: unknown): string | null {
  const message = textOf(value, Infinity)?.replace(/\+?\d(?:[\s().-]{0,2}\d){6,}/g, '•••') ?? null;
  if (message === null || message.length <= LONGEST_MESSAGE) return message;
  return `${message.slice(0, LONGEST_MESSAGE)} …`;
}
