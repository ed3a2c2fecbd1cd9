import { describe, expect, test } from 'vitest';
import { callbacksFor, canBeTold } from '../../src/dialers/twilio/callbacks-for.ts';
import { verdictOf } from '../../src/dialers/twilio/ends.ts';
import { failureOf, TwilioError } from '../../src/dialers/twilio/failure.ts';
import { isMostLikelyRefused, isOpen, refusalOf } from '../../src/dialers/twilio/refusals.ts';

describe('a call that Twilio refuses', () => {
  test.each([
    [400, 21201, 'invalid-number'],
    [400, 21211, 'invalid-number'],
    [400, 21214, 'invalid-number'],
    [400, 21217, 'invalid-number'],
    [400, 21421, 'invalid-number'],
    [400, 13223, 'invalid-number'],
    [400, 13224, 'invalid-number'],
    [400, 10004, 'carrier-rejected'],
    [429, 20429, 'carrier-rejected'],
    [429, null, 'carrier-rejected'],
    [400, 22005, 'carrier-rejected'],
    [400, 21202, 'failed'],
    [400, 21203, 'failed'],
    [400, 21210, 'failed'],
    [400, 21212, 'failed'],
    [400, 21213, 'failed'],
    [400, 21215, 'failed'],
    [403, 21216, 'failed'],
    [400, 21219, 'failed'],
    [400, 13227, 'failed'],
    [400, 32205, 'failed'],
    [400, 21609, 'failed'],
    [401, 20003, 'failed'],
    [401, null, 'failed'],
    [403, 20005, 'failed'],
    [403, 10001, 'failed'],
    [403, null, 'failed'],
    [404, 20404, 'failed'],
    [400, 99999, 'failed'],
  ])('with %s, error %s, is %s, and the message has no number in it', (status, code, disposition) => {
    const refusal = refusalOf(status, code);
    expect(refusal.disposition).toBe(disposition);
    expect(refusal.says).toMatch(/^[^\d+]{10,}$/);
  });

  test('may be placed all the same where the answer leaves that open', () => {
    expect([500, 502, 503, 504, 408].map(isOpen)).toEqual([true, true, true, true, true]);
    expect([400, 401, 403, 404, 429].map(isOpen)).toEqual([false, false, false, false, false]);
    expect([500, 502, 503, 504].map(isMostLikelyRefused)).toEqual([false, true, true, false]);
  });
});

describe('a call that is over', () => {
  const end = { sipCode: null, errorCode: null, answeredBy: null, hasRung: false };
  test.each([
    ['completed', {}, 'answered'],
    ['completed', { sipCode: 200, answeredBy: 'human' }, 'answered'],
    ['completed', { answeredBy: 'unknown' }, 'answered'],
    ['completed', { answeredBy: 'machine_start' }, 'voicemail'],
    ['completed', { answeredBy: 'machine_end_beep' }, 'voicemail'],
    ['completed', { answeredBy: 'fax' }, 'voicemail'],
    ['canceled', { sipCode: 487 }, 'no-answer'],
    ['busy', {}, 'busy'],
    ['busy', { sipCode: 486 }, 'busy'],
    ['busy', { sipCode: 603 }, 'declined'],
    ['failed', { sipCode: 603 }, 'declined'],
    ['failed', { sipCode: 607 }, 'declined'],
    ['no-answer', { sipCode: 487 }, 'no-answer'],
    ['no-answer', { sipCode: 480 }, 'no-answer'],
    ['failed', {}, 'failed'],
    ['failed', { sipCode: 486 }, 'busy'],
    ['failed', { sipCode: 600 }, 'busy'],
    ['failed', { sipCode: 408 }, 'no-answer'],
    ['failed', { sipCode: 487 }, 'no-answer'],
    ['failed', { sipCode: 404 }, 'invalid-number'],
    ['failed', { sipCode: 410 }, 'invalid-number'],
    ['failed', { sipCode: 484 }, 'invalid-number'],
    ['failed', { sipCode: 604 }, 'invalid-number'],
    ['failed', { sipCode: 480 }, 'unreachable'],
    ['failed', { sipCode: 429 }, 'carrier-rejected'],
    ['failed', { sipCode: 500 }, 'carrier-rejected'],
    ['failed', { sipCode: 502 }, 'carrier-rejected'],
    ['failed', { sipCode: 503 }, 'carrier-rejected'],
    ['failed', { sipCode: 504 }, 'carrier-rejected'],
    ['failed', { sipCode: 403 }, 'failed'],
    ['failed', { errorCode: 13224, sipCode: 400 }, 'invalid-number'],
    ['failed', { errorCode: 32205, sipCode: 403 }, 'failed'],
    ['failed', { errorCode: 10004 }, 'carrier-rejected'],
    ['failed', { sipCode: 503, hasRung: true }, 'failed'],
    ['failed', { errorCode: 10004, hasRung: true }, 'failed'],
    ['failed', { sipCode: 480, hasRung: true }, 'unreachable'],
    ['busy', { sipCode: 486, hasRung: true }, 'busy'],
    ['a word of tomorrow', {}, 'failed'],
  ])('as %s with %o is %s', (status, more, disposition) => {
    const verdict = verdictOf({ ...end, ...more, status });
    expect(verdict.disposition).toBe(disposition);
    const isFine = ['answered', 'voicemail', 'busy', 'no-answer', 'declined'].includes(disposition);
    expect(verdict.errorMessage === null).toBe(isFine);
  });
});

describe('a request that failed', () => {
  const connect = { code: 'ECONNREFUSED', syscall: 'connect' };
  test.each([
    ['a refused connection', connect, 'unreachable'],
    ['several of them', { code: 'ECONNREFUSED', errors: [connect, connect] }, 'unreachable'],
    ['one below the error of the HTTP client', { code: 'ECONNREFUSED', cause: connect }, 'unreachable'],
    ['a connection that timed out', { code: 'ETIMEDOUT', syscall: 'connect' }, 'unreachable'],
    ['an unknown name', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 'unreachable'],
    ['a certificate of somebody else', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'unreachable'],
    ['an expired certificate', { code: 'CERT_HAS_EXPIRED' }, 'unreachable'],
    [
      'a broken handshake',
      new Error('Client network socket disconnected before secure TLS connection was established'),
      'unreachable',
    ],
    ['a broken connection', { code: 'ECONNRESET', syscall: 'read' }, 'lost'],
    ['no answer in time', { code: 'ECONNABORTED' }, 'lost'],
    ['a connection that timed out later', { code: 'ETIMEDOUT', syscall: 'read' }, 'lost'],
    ['one address refused, another one lost', { errors: [connect, { code: 'ECONNRESET' }] }, 'lost'],
    ['whatever else', 'a text', 'lost'],
    ['an answer', { status: 400, code: 21211, message: 'The number +14155550123 is wrong' }, 'answered'],
  ])('because of %s was sent perhaps, or was not: as %3$s', (_, error, kind) => {
    const failure = failureOf(error);
    expect(failure.kind).toBe(kind);
    expect(new TwilioError(failure).message).not.toMatch(/\+1415/);
  });
});

describe('callbacks', () => {
  test('are asked for when the call is on its way, answered and over', () => {
    const { statusCallbackEvent, asyncAmdStatusCallback } = callbacksFor('https://x', { machineDetection: false });
    expect(statusCallbackEvent).toEqual(['initiated', 'answered', 'completed']);
    expect(asyncAmdStatusCallback).toBeUndefined();
  });

  test('tell what the detection has made out in place of the answer, since one of each kind is kept', () => {
    const { statusCallbackEvent, asyncAmdStatusCallback } = callbacksFor('https://x', { machineDetection: true });
    expect(statusCallbackEvent).toEqual(['initiated', 'completed']);
    expect(asyncAmdStatusCallback).toBe('https://x');
  });

  test.each(['http://localhost:8080/x', 'http://127.0.0.1:8080/x', 'http://0.0.0.0:8080/x', 'http://[::1]:8080/x'])(
    'are not asked for at %s, which Twilio cannot reach and would refuse the call for',
    (url) => {
      expect(canBeTold(url, { apiUrl: null })).toBe(false);
      expect(canBeTold(url, { apiUrl: 'http://127.0.0.1:9' })).toBe(true);
      expect(canBeTold('https://outdial.example.com/x', { apiUrl: null })).toBe(true);
    },
  );
});
