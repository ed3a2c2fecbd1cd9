import { createSecretKey } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { AttemptAddress } from '../contract/dialer-event.ts';

/** What tells these tokens from whatever else may one day be signed with the secret. */
const AUDIENCE = 'dialer-events';

/**
 * A token that stands for one attempt in the address that its provider tells events to (a JWT, RFC 7519, HS256): nobody can
 * make one for another attempt without `OUTDIAL_SECRET`. It does not expire, since a call may be told of as long as it
 * lasts; once that is over it does nothing.
 */
export async function attemptToken(secret: string, { orgId, trunk, identity }: AttemptAddress): Promise<string> {
  return await new SignJWT({ org: orgId, trunk })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(identity)
    .setAudience(AUDIENCE)
    .sign(keyOf(secret));
}

/** The attempt that a token stands for; null for one that we have not made. */
export async function readAttemptToken(secret: string, token: string): Promise<AttemptAddress | null> {
  try {
    const { payload } = await jwtVerify<{ org: string; trunk: string }>(token, keyOf(secret), {
      audience: AUDIENCE,
      algorithms: ['HS256'],
    });
    return { orgId: payload.org, trunk: payload.trunk, identity: payload.sub ?? '' };
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

const keyOf = (secret: string) => createSecretKey(secret, 'utf8');
