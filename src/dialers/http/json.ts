/** The fields of a JSON object; none of whatever else a text is. */
export function fieldsOf(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse((text ?? '').replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A short text, a number as its digits; null for whatever else is there, or nothing. */
export function textOf(value: unknown, most = 200): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value.slice(0, most) : null;
}

/** What a platform tells people, without what looks like a phone number; null where it tells nothing. */
export const messageOf = (value: unknown): string | null =>
  textOf(value, 500)?.replace(/\+?\d(?:[\s().-]{0,2}\d){6,}/g, '•••') ?? null;
