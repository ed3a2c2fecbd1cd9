import { defaultPayloadConverter, type RawValue } from '@temporalio/common';
import type { DialedVia } from '../contract/placement.ts';

/**
 * The JSON object that a signal bears, field by field unchecked. No argument, one that is no object, and one that cannot be
 * decoded at all read as an empty object: whatever an operator sends, the workflow goes on.
 */
export function readSignal(raw: RawValue | undefined): Readonly<Record<string, unknown>> {
  if (raw === undefined) return {};
  try {
    const value: unknown = defaultPayloadConverter.fromPayload(raw.payload);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/** What a `dialing` signal says that its attempt is dialed with; null where it does not. */
export function readVia(fields: Readonly<Record<string, unknown>>): DialedVia | null {
  const { provider, callerId } = (fields.via ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof provider !== 'string') return null;
  return { provider, callerId: typeof callerId === 'string' ? callerId : null };
}

/** The reason that a signal gives, cut to a length that fits a search result; null where it gives none. */
export function readReason(fields: Readonly<Record<string, unknown>>): string | null {
  const { reason } = fields;
  return typeof reason === 'string' && reason.trim() !== '' ? reason.trim().slice(0, 100) : null;
}
