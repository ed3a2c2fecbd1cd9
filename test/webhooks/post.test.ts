import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NoAnswer, post, type PostRequest } from '../../src/webhooks/post.ts';
import { Receiver } from '../support/receiver.ts';

let receiver: Receiver;
beforeAll(async () => (receiver = await Receiver.start()));
beforeEach(() => {
  receiver.received.length = 0;
  receiver.reply = () => ({ status: 200, body: 'thanks' });
});
afterAll(() => receiver.down());

const request = (more: Partial<PostRequest> = {}): PostRequest => ({
  url: `${receiver.url}/hook`,
  headers: { 'x-key': 'k' },
  body: '{"a":1}',
  timeoutMs: 2_000,
  allowPrivate: true,
  ...more,
});

describe('posting', () => {
  it('sends the body and the headers as they are, as JSON, and gives the answer', async () => {
    const answer = await post(request());
    expect(answer).toMatchObject({ statusCode: 200, body: 'thanks' });
    expect(receiver.received).toMatchObject([
      { path: '/hook', raw: '{"a":1}', headers: { 'x-key': 'k', 'content-type': 'application/json' } },
    ]);
  });

  it('follows no redirect, and tries nothing again', async () => {
    receiver.reply = () => ({ status: 307, headers: { location: `${receiver.url}/elsewhere` } });
    expect(await post(request())).toMatchObject({ statusCode: 307 });
    receiver.reply = () => ({ status: 503, headers: { 'retry-after': '0' } });
    expect(await post(request())).toMatchObject({ statusCode: 503 });
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook', '/hook']);
  });

  it('reads no more than the beginning of a long answer', async () => {
    receiver.reply = () => ({ status: 200, body: 'x'.repeat(1_000_000) });
    expect((await post(request())).body).toHaveLength(16 * 1024);
  });

  it('says in words why no answer came, without naming where', async () => {
    receiver.reply = () => ({ status: 200, afterMs: 1_000 });
    await expect(post(request({ timeoutMs: 100 }))).rejects.toThrow(new NoAnswer('no answer within 0.1 s', true));
    const nobody = await Receiver.start();
    await nobody.down();
    await expect(post(request({ url: nobody.url }))).rejects.toThrow(new NoAnswer('connection refused', false));
    const unknown = 'http://nowhere.invalid/';
    await expect(post(request({ url: unknown }))).rejects.toThrow(/^its name (is not known|could not be looked up)/);
  });

  it('waits no longer for a receiver that wants to speak another protocol', async () => {
    receiver.reply = () => ({ status: 101, headers: { connection: 'Upgrade', upgrade: 'websocket' } });
    await expect(post(request({ timeoutMs: 300 }))).rejects.toThrow(new NoAnswer('no answer within 0.3 s', true));
  });

  it('says so where a request cannot be made as it is configured', async () => {
    const url = receiver.url.replace('//', '//a%b@');
    await expect(post(request({ url }))).rejects.toThrow(/^(the request could not be made|the connection failed)/);
  });

  it('takes the status for the answer where the body never ends', async () => {
    receiver.reply = () => ({ status: 200, headers: { 'content-length': '10' }, body: 'half' });
    expect(await post(request({ timeoutMs: 300 }))).toMatchObject({ statusCode: 200, body: null });
  });
});

describe('an address that is private', () => {
  it.each([
    ['by number', '127.0.0.1'],
    ['by a name that leads to it', 'localhost'],
    ['as one number', '2130706433'],
    ['in IPv6', '[::1]'],
    ['as IPv4 in IPv6', '[::ffff:127.0.0.1]'],
    ['as the address of all', '0.0.0.0'],
    ['of a private network', '10.0.0.1'],
    ['of a link, where clouds keep credentials', '169.254.169.254'],
    ['of a carrier', '100.64.0.1'],
    ['of a private network in IPv6', '[fd00::1]'],
  ])('is refused %s, before anything is sent', async (_, host) => {
    const url = `http://${host}:${new URL(receiver.url).port}/`;
    await expect(post(request({ url, allowPrivate: false }))).rejects.toThrow(/^its address is private/);
    expect(receiver.received).toEqual([]);
  });

  it('is refused over TLS, too', async () => {
    const url = receiver.url.replace('http:', 'https:');
    await expect(post(request({ url, allowPrivate: false }))).rejects.toThrow(/^its address is private/);
  });
});
