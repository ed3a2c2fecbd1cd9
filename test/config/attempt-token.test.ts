import { createSecretKey } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { attemptToken, readAttemptToken } from '../../src/config/attempt-token.ts';

const SECRET = 'a secret of tests, and of nothing else';
const ATTEMPT = { orgId: 'acme', trunk: 'voice', identity: '01a20fa9-1304-7703-a388-c8e4c4c2bbc8-0.1' };
const CLAIMS = { org: 'acme', trunk: 'voice', sub: ATTEMPT.identity, aud: 'dialer-events' };

const signed = (claims: object, secret = SECRET, alg = 'HS256'): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg }).sign(createSecretKey(secret, 'utf8'));

describe('the token of an attempt', () => {
  it('stands for that attempt, and fits into an address as it is', async () => {
    const token = await attemptToken(SECRET, ATTEMPT);
    expect(token).toMatch(/^[\w.-]+$/);
    expect(await readAttemptToken(SECRET, token)).toEqual(ATTEMPT);
  });

  it('is the same however often it is made', async () => {
    expect(await attemptToken(SECRET, ATTEMPT)).toBe(await attemptToken(SECRET, ATTEMPT));
  });

  it('is none where anybody has changed it', async () => {
    const token = await attemptToken(SECRET, ATTEMPT);
    const other = await attemptToken(SECRET, { ...ATTEMPT, identity: ATTEMPT.identity.replace(/1$/, '2') });
    const [header, , signature] = token.split('.');
    expect(await readAttemptToken(SECRET, `${header}.${other.split('.')[1]}.${signature}`)).toBeNull();
    for (const wrong of ['', 'x', '..', `${token}x`, token.slice(0, -2), '💥']) {
      expect(await readAttemptToken(SECRET, wrong)).toBeNull();
    }
  });

  it('is none where it is signed with another secret, in another way, or not at all', async () => {
    expect(await readAttemptToken(SECRET, await signed(CLAIMS))).toEqual(ATTEMPT);
    expect(await readAttemptToken(SECRET, await signed(CLAIMS, `${SECRET}!`))).toBeNull();
    expect(await readAttemptToken(SECRET, await signed(CLAIMS, SECRET.repeat(3), 'HS512'))).toBeNull();
    expect(await readAttemptToken(SECRET.repeat(3), await signed(CLAIMS, SECRET.repeat(3), 'HS512'))).toBeNull();
    expect(await readAttemptToken(SECRET, new UnsecuredJWT({ ...CLAIMS }).encode())).toBeNull();
  });

  it('is none where it was made for something else', async () => {
    expect(await readAttemptToken(SECRET, await signed({ ...CLAIMS, aud: 'something-else' }))).toBeNull();
    expect(await readAttemptToken(SECRET, await signed({ ...CLAIMS, aud: undefined }))).toBeNull();
  });
});
