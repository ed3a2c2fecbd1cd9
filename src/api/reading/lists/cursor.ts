import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a cursor was made for, and is only good for: anything that JSON can say. */
export type Bound = Readonly<Record<string, unknown>>;

/** A version of its own, so that a cursor of another version of Outdial is refused, not misread. */
const KIND = 'outdial cursor 1';

const MAC_BYTES = 32;

/**
 * A text that brings a client back to where it was, in the one list that it was made for. It is signed, not secret.
 *
 * @param content what {@link readCursor} gives back
 */
export function writeCursor(secret: string, bound: Bound, content: unknown): string {
  const payload = Buffer.from(JSON.stringify(content));
  return Buffer.concat([sign(secret, bound, payload), payload]).toString('base64url');
}

/** What a cursor holds; null for one that was forged, changed, or made for another list. */
export function readCursor(secret: string, bound: Bound, cursor: string): unknown {
  const bytes = Buffer.from(cursor, 'base64url');
  // The last character may have bits that mean nothing: one spelling is enough.
  if (bytes.toString('base64url') !== cursor || bytes.length <= MAC_BYTES) return null;
  const [mac, payload] = [bytes.subarray(0, MAC_BYTES), bytes.subarray(MAC_BYTES)];
  if (!timingSafeEqual(mac, sign(secret, bound, payload))) return null;
  return JSON.parse(payload.toString());
}

const sign = (secret: string, bound: Bound, payload: Buffer): Buffer =>
  createHmac('sha256', secret)
    .update(JSON.stringify([KIND, bound]))
    .update('\n') // Never within JSON.
    .update(payload)
    .digest();
