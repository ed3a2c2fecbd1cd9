import { describe, expect, it } from 'vitest';
import { readPlacement } from '../../../src/dialers/http/answer.ts';

const answer = (statusCode: number, body: object | string | null = null) =>
  readPlacement({ statusCode, headers: {}, body: typeof body === 'object' ? body && JSON.stringify(body) : body });

describe('the answer to a call that was posted', () => {
  it.each([
    [200, { id: 'abc' }, 'abc'],
    [201, { id: 42 }, '42'],
    [202, null, null],
    [200, 'accepted', null],
    [200, '\uFEFF{"id":"abc"}', 'abc'],
    [204, { id: {} }, null],
    [200, { id: 'x'.repeat(201) }, null],
  ])('%i %j says that it is dialed', (status, body, id) => {
    expect(answer(status, body)).toEqual({ kind: 'taken', id });
  });

  it.each([
    [400, null, 'failed', '400'],
    [404, null, 'failed', '404'],
    [422, { disposition: 'invalid-number' }, 'invalid-number', '422'],
    [422, { disposition: 'invalid-number', code: 'E164' }, 'invalid-number', 'E164'],
    [422, { disposition: 'answered' }, 'failed', '422'],
    [400, { disposition: 'engaged', code: 7 }, 'failed', '7'],
    [402, { disposition: 'agent-unavailable' }, 'agent-unavailable', '402'],
    [429, null, 'carrier-rejected', '429'],
    [429, { disposition: 'failed' }, 'failed', '429'],
  ])('%i %j says that it is not, and is a %s', (status, body, disposition, code) => {
    expect(answer(status, body)).toMatchObject({ kind: 'refused', disposition, code });
  });

  it.each([301, 401, 403])('%i is for the operator to look after: calls wait until then', (status) => {
    const why = expect.stringContaining('of its trunk') as string;
    expect(answer(status)).toMatchObject({ kind: 'unavailable', why });
  });

  it('503 says that nobody was asked', () => {
    expect(answer(503)).toMatchObject({ kind: 'unavailable' });
  });

  it.each([408, 409, 425, 500, 501, 502, 504, 599])('%i says neither', (status) => {
    expect(answer(status)).toMatchObject({ kind: 'unsure', isGateway: status === 502 });
  });

  it('is repeated to people up to 1,000 characters, and says so where there were more', () => {
    const told = (message: string) => (answer(422, { message }) as { message: string }).message.split(': ')[1];
    expect(told('x'.repeat(1_000))).toBe('x'.repeat(1_000));
    expect(told('x'.repeat(1_001))).toBe(`${'x'.repeat(1_000)} …`);
  });

  it('is repeated to people without what looks like a phone number', () => {
    for (const number of ['+14155550100', '(415) 555-0100', '4155550100', '+49 30 123 45 67']) {
      const { message } = answer(422, { message: `no route to ${number} on line 12` }) as { message: string };
      expect(message).toMatch(/^The voice platform refused the call \(HTTP 422\): no route to \(?•••/);
      expect(message).toMatch(/on line 12$/);
    }
  });
});
