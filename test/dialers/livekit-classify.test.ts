import { ServerError, SipCallError } from 'livekit-server-sdk';
import { describe, expect, test } from 'vitest';
import {
  bySipStatus,
  ofFailedDial,
  ofLeaving,
  ofRefusedRoom,
  whyTrunkMustWait,
} from '../../src/dialers/livekit/classify.ts';
import { AnswerLost, NotReached, Refused, toOurError } from '../../src/dialers/livekit/errors.ts';

const sip = (status: number, code: string, http: number) =>
  toOurError(new SipCallError('x', 'sip +14155550001', http, code, { sip_status_code: String(status) }));
const twirp = (code: string, http: number) => toOurError(new ServerError('x', 'about +14155550001', http, code));

describe('a dial that LiveKit answers with an error', () => {
  test.each([
    ['486 busy', sip(486, 'resource_exhausted', 429), 'ringing', 'busy', '486'],
    ['600 busy everywhere', sip(600, 'unknown', 500), 'ringing', 'busy', '600'],
    ['603 declined', sip(603, 'permission_denied', 403), 'ringing', 'declined', '603'],
    ['607 unwanted', sip(607, 'unknown', 500), 'ringing', 'declined', '607'],
    ['404, which is no unknown trunk', sip(404, 'not_found', 404), 'ringing', 'invalid-number', '404'],
    ['484 incomplete', sip(484, 'invalid_argument', 400), 'ringing', 'invalid-number', '484'],
    ['480, which is no busy', sip(480, 'resource_exhausted', 429), 'ringing', 'unreachable', '480'],
    ['408 from the called side', sip(408, 'deadline_exceeded', 408), 'ringing', 'unreachable', '408'],
    ['487 rang long enough', sip(487, 'canceled', 408), 'ringing', 'no-answer', '487'],
    ['403 the trunk may not', sip(403, 'permission_denied', 403), 'dialing', 'carrier-rejected', '403'],
    ['503 no capacity', sip(503, 'failed_precondition', 412), 'dialing', 'carrier-rejected', '503'],
    ['503 before anything was seen', sip(503, 'failed_precondition', 412), null, 'carrier-rejected', '503'],
    ['599 any server on the way', sip(599, 'unknown', 500), 'dialing', 'carrier-rejected', '599'],
    ['488 not acceptable', sip(488, 'unknown', 500), 'ringing', 'failed', '488'],
    ['nobody answers', twirp('deadline_exceeded', 408), 'ringing', 'no-answer', 'deadline_exceeded'],
    ['nobody answers, nothing seen', twirp('deadline_exceeded', 408), null, 'no-answer', 'deadline_exceeded'],
    ['trunk unreachable, UDP', twirp('deadline_exceeded', 408), 'dialing', 'carrier-rejected', 'deadline_exceeded'],
    ['trunk unreachable, TCP', twirp('failed_precondition', 412), 'dialing', 'carrier-rejected', 'failed_precondition'],
    ['unknown trunk', twirp('not_found', 404), null, 'carrier-rejected', 'not_found'],
    ['malformed number', twirp('invalid_argument', 400), null, 'invalid-number', 'invalid_argument'],
    ['trunk fails, nothing seen', twirp('failed_precondition', 412), null, 'carrier-rejected', 'failed_precondition'],
    ['SIP bridge down', twirp('unavailable', 503), null, 'carrier-rejected', 'unavailable'],
    ['wrong API key', twirp('unauthenticated', 401), null, 'carrier-rejected', 'unauthenticated'],
    ['thrown out while it rings', twirp('canceled', 408), 'ringing', 'no-answer', 'canceled'],
    ['an error of which we know nothing', twirp('aborted', 409), 'ringing', 'failed', 'aborted'],
    ['not reached', new NotReached(), null, 'carrier-rejected', null],
  ])('%s', (_, error, lastStatus, disposition, providerCode) => {
    expect(ofFailedDial(error, lastStatus)).toMatchObject({ disposition, providerCode });
  });

  test.each([
    ['SIP 403', sip(403, 'permission_denied', 403), '403'],
    ['SIP 503', sip(503, 'failed_precondition', 412), '503'],
    ['SIP 599', sip(599, 'unknown', 500), '599'],
    ['a trunk that fails', twirp('failed_precondition', 412), 'failed_precondition'],
    ['a SIP bridge that goes', twirp('unavailable', 503), 'unavailable'],
  ])('after the telephone has rung costs an attempt, also because of %s', (_, error, providerCode) => {
    const errorMessage = 'The telephone rang, and then the carrier gave the call up';
    expect(ofFailedDial(error, 'ringing')).toEqual({ disposition: 'failed', providerCode, errorMessage });
  });

  test('says nothing where it may have dialed: a lost answer, an error of its own', () => {
    for (const error of [new AnswerLost(), twirp('internal', 500), new Error('x')]) {
      expect(ofFailedDial(error, null)).toBeNull();
    }
  });

  test('is told without the number that LiveKit repeats', () => {
    for (const error of [sip(486, 'resource_exhausted', 429), twirp('invalid_argument', 400)]) {
      expect(JSON.stringify([error.message, error.cause, error.stack, ofFailedDial(error, null)])).not.toContain('555');
    }
  });
});

describe('what a connection comes to', () => {
  const failed = (code: string) => toOurError(new TypeError('fetch failed', { cause: { code } }));

  test('is not reached where none came about, and lost where one broke', () => {
    for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED']) {
      expect(failed(code), code).toBeInstanceOf(NotReached);
    }
    for (const code of ['ECONNRESET', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT']) {
      expect(failed(code), code).toBeInstanceOf(AnswerLost);
    }
    expect(toOurError(new DOMException('late', 'TimeoutError'))).toBeInstanceOf(AnswerLost);
    // A proxy's own page, which says nothing about what LiveKit was asked.
    expect(toOurError(new ServerError('x', '<html>', 502))).toBeInstanceOf(AnswerLost);
  });
});

describe('a person who leaves the room unanswered', () => {
  test.each([
    ['rejected', 'ringing', 12, 'busy'],
    ['nobody answers', 'ringing', 11, 'no-answer'],
    ['a SIP error', 'ringing', 1, 'failed'],
    ['trunk failure, nothing seen', null, 13, 'carrier-rejected'],
    ['trunk failure after it rang', 'ringing', 13, 'failed'],
    ['removed', 'ringing', 4, 'no-answer'],
    ['trunk unreachable', 'dialing', 11, 'carrier-rejected'],
    ['trunk refuses connections', 'dialing', 1, 'carrier-rejected'],
    ['only seen to be gone', 'ringing', null, 'no-answer'],
  ])('%s', (_, status, reason, disposition) => {
    expect(ofLeaving(status, reason)).toMatchObject({ disposition });
  });
});

test('a room that LiveKit refuses is our fault, and costs no attempt, unless the prompt is too long', () => {
  expect(ofRefusedRoom(new Refused('resource_exhausted', null))).toMatchObject({ disposition: 'carrier-rejected' });
  expect(ofRefusedRoom(new Refused('invalid_argument', null))).toMatchObject({ disposition: 'failed' });
});

test('an API key that LiveKit refuses, in whichever words, holds back every call, as an outage does, and a full LiveKit none', () => {
  const why = (code: string) => whyTrunkMustWait(new Refused(code, null));
  for (const code of ['unauthenticated', 'http_401', 'permission_denied', 'http_403'])
    expect(why(code)).toMatch(/API key/);
  expect(why('unavailable')).toMatch(/unavailable/);
  expect(whyTrunkMustWait(new NotReached('LiveKit cannot be reached'))).toMatch(/reached/);
  expect([why('invalid_argument'), why('resource_exhausted')]).toEqual([null, null]);
});

test('every SIP failure has a disposition that is no success', () => {
  for (let status = 300; status < 700; status += 1)
    expect(bySipStatus(status)).not.toMatch(/answered|voicemail|uncertain/);
});
