import { describe, expect, it } from 'vitest';
import { parse, problems, smallest } from './support.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const env = { VOICE_SECRET: SECRET, VOICE_TOKEN: 'hunter2' };

const dialer = {
  type: 'http',
  url: 'http://10.0.0.7:9090/calls',
  hangUpUrl: 'http://10.0.0.7:9090/calls/{identity}/hangup',
};
const fileWith = (more: object) => ({
  ...smallest(),
  trunks: [{ name: 'demo', lines: 1, dialer: { ...dialer, ...more } }],
});
const mistakes = (more: object): string[] =>
  problems(fileWith(more), env).map((problem) => problem.replace('trunks[0].dialer.', ''));

describe('the http dialer of a trunk', () => {
  it('needs where to post calls and where to hang them up', () => {
    expect(parse(fileWith({}), env).trunk('default', 'demo')?.dialer).toEqual({
      ...dialer,
      headers: {},
      secret: null,
      statusUrl: null,
    });
    expect(mistakes({ url: undefined, hangUpUrl: undefined })).toEqual([
      'url: expected a URL such as https://example.com/hooks, got nothing',
      'hangUpUrl: expected a URL such as https://example.com/hooks, got nothing',
    ]);
  });

  it('names the call in the addresses that are of one', () => {
    expect(mistakes({ statusUrl: 'https://voice.example/{id}' })).toEqual([]);
    expect(mistakes({ statusUrl: 'https://voice.example/calls' })).toEqual([
      'statusUrl: expected `{identity}` or `{id}` in it, for the call that is meant',
    ]);
  });

  it('takes credentials from the environment alone, and never shows one', () => {
    expect(mistakes({ secret: '${VOICE_SECRET}', headers: { Authorization: 'Bearer ${VOICE_TOKEN}' } })).toEqual([]);
    const written = 'expected a credential to be taken from the environment: write ${NAME}';
    expect(
      mistakes({ secret: SECRET, headers: { Authorization: 'Bearer hunter2', 'X-Api-Key': 'hunter2', Cookie: 'a=b' } }),
    ).toEqual([
      `secret: ${written}`,
      `headers.Authorization: ${written}`,
      `headers.X-Api-Key: ${written}`,
      `headers.Cookie: ${written}`,
    ]);
    for (const header of ['X-Auth', 'X-Password', 'X-Credential']) {
      expect(mistakes({ headers: { [header]: 'hunter2' } })).toEqual([`headers.${header}: ${written}`]);
    }
    expect(mistakes({ url: 'https://voice.example/calls?tenant=acme&api_key=hunter2' })).toEqual([`url: ${written}`]);
    expect(mistakes({ url: 'https://voice.example/calls?tenant=acme&api_key=${VOICE_TOKEN}' })).toEqual([]);
    expect(mistakes({ headers: { 'X-Tenant': 'acme' } })).toEqual([]);
    const told = mistakes({ url: 'https://me:hunter2@voice.example/', secret: '${VOICE_TOKEN}' }).join();
    expect(told).toContain('url: expected no user and password in it');
    expect(told).toContain('secret: expected `whsec_` and 24 to 64 bytes in base64');
    expect(told).not.toContain('hunter2');
  });

  it('sets the Idempotency-Key itself', () => {
    expect(mistakes({ headers: { 'idempotency-key': '${VOICE_TOKEN}' } })).toEqual([
      'headers: expected no Idempotency-Key, which is the identity of each attempt',
    ]);
  });
});
