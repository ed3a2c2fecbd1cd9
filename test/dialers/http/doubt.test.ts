import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { type Progress, ProviderUnavailable } from '../../../src/dialers/dialer.ts';
import type { HttpDialer } from '../../../src/dialers/http/dialer.ts';
import { type Asked, HttpPlatformStub, type Reaction } from '../../support/http-platform-stub.ts';
import { followed, stepsOf } from '../simulator-support.ts';
import { attempt, IMPATIENCE, newIdentity, openDialer, request, usePlatform } from './support.ts';

const ANSWERED = '+14155550001';
const TALKS = '+14155550009';

const world = usePlatform({ timeoutMs: 2_000 });

const isPlacing = ({ method, path }: Asked): boolean => method === 'POST' && path === '/calls';
const placings = (): number => world.stub.asked.filter(isPlacing).length;

/** Tells an event as the platform would. */
async function tell(identity: string, event: object): Promise<void> {
  const url = await world.inbox.callbackUrl({ orgId: 'default', trunk: 'voice', identity });
  await fetch(url, { method: 'POST', body: JSON.stringify(event) });
}

/** Places a call that the platform reacts to so, and follows it to its end. */
async function endOf(reaction: Reaction, by = world.dialer, endpoint = ANSWERED) {
  const identity = newIdentity();
  world.stub.react = (asked) => (isPlacing(asked) ? reaction : undefined);
  await by.place(request(identity, endpoint, { ringTimeoutMs: 200 }));
  const last = (await followed(by, identity)).at(-1);
  return last?.step === 'ended' ? last.end : null;
}

describe('a platform that does not say whether it dials', () => {
  it.each([
    ['is silent', 'silence', /no answer within 2 s/],
    ['closes the connection', 'reset', /closed before an answer came/],
    ['answers 500', { status: 500 }, /it answered 500/],
    ['answers 504', { status: 504 }, /it answered 504/],
    ['answers 409', { status: 409 }, /it answered 409/],
  ] as const)(
    'and %s, and does not come to know the call, makes it uncertain, and is asked once',
    async (_, reaction, why) => {
      const end = await endOf(reaction);
      expect(end).toMatchObject({ disposition: 'uncertain', errorMessage: expect.stringMatching(why) as string });
      expect(placings()).toBe(1);
    },
  );

  it('whose gateway could not reach it, and which has never heard of the call, has rung nobody', async () => {
    expect(await endOf({ status: 502 })).toMatchObject({ disposition: 'carrier-rejected', providerCode: '502' });
    expect(placings()).toBe(1);
  });

  it('and dials late, is found to dial', async () => {
    const identity = newIdentity();
    world.stub.react = (asked) => {
      if (!isPlacing(asked)) return undefined;
      setTimeout(() => world.stub.dial(identity, asked.raw), 150);
      return 'reset';
    };
    await world.dialer.place(request(identity, ANSWERED));
    expect(stepsOf(await followed(world.dialer, identity)).slice(-2)).toEqual(['answered', 'ended']);
    expect(placings()).toBe(1);
  });

  it('and dials after the call was to be stopped, is told to hang up once it does', async () => {
    const ringing = await HttpPlatformStub.start({ ringMs: 2_000 });
    const by = openDialer(ringing.config(), world.inbox);
    expect(await lastOnceStopped(ringing, by)).toMatchObject({ step: 'ended', end: { disposition: 'no-answer' } });
  });

  it('and cannot be asked, tells that it rings after the call was to be stopped, and is told to hang up at once', async () => {
    const ringing = await HttpPlatformStub.start({ ringMs: 3_000, tells: true });
    const patience = { ...IMPATIENCE, toldMs: 5_000, slackMs: 5_000 };
    const by = openDialer(ringing.config({ statusUrl: null }), world.inbox, { patience });
    expect(await lastOnceStopped(ringing, by)).toMatchObject({ step: 'ended', end: { disposition: 'no-answer' } });
  });

  /** The last that is seen of a call whose platform resets the connection, and dials once it was to be stopped. */
  async function lastOnceStopped(ringing: HttpPlatformStub, by: HttpDialer): Promise<Progress | undefined> {
    world.opened.push(by);
    const identity = newIdentity();
    ringing.react = (asked) => (isPlacing(asked) ? 'reset' : undefined);
    await by.place(request(identity, ANSWERED));
    await by.hangUp(identity);
    const all = followed(by, identity);
    ringing.dial(identity, ringing.asked.find(isPlacing)?.raw ?? '');
    const last = (await all).at(-1);
    await ringing.stop();
    return last;
  }

  it('and cannot be asked, is heard when it tells by itself, and else makes the call uncertain', async () => {
    const mute = world.open({ statusUrl: null });
    expect(await endOf('reset', mute)).toMatchObject({ disposition: 'uncertain' });
    const telling = await HttpPlatformStub.start({ tells: true });
    telling.losesAnswers = true;
    const identity = newIdentity();
    const hearing = openDialer(telling.config({ statusUrl: null }), world.inbox);
    await hearing.place(request(identity, ANSWERED));
    expect((await followed(hearing, identity)).at(-1)).toMatchObject({
      step: 'ended',
      end: { disposition: 'answered' },
    });
    hearing.close();
    await telling.stop();
  });
});

describe('a platform that says that it does not dial', () => {
  it('is down with 503: nothing was dialed, and nobody listens for it', async () => {
    const identity = newIdentity();
    world.stub.react = (asked) => (isPlacing(asked) ? { status: 503 } : undefined);
    await expect(world.dialer.place(request(identity, TALKS))).rejects.toThrow(ProviderUnavailable);
    expect(world.inbox.listeners).toBe(0);
    expect(await world.dialer.find(attempt(identity))).toEqual({ state: 'never-placed' });
  });

  it('while it tells that it does, is believed to: the call is not dialed again', async () => {
    const identity = newIdentity();
    // A gateway that gives up after the first event has come.
    const gateway = createServer((asked, answer) => {
      void (async () => {
        await tell(identity, { event: 'ringing' });
        world.stub.dial(identity, ((await asked.toArray()) as Buffer[]).join(''));
        answer.writeHead(503).end();
      })();
    }).listen(0, '127.0.0.1');
    await once(gateway, 'listening');
    const by = world.open({ url: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/calls` });
    await by.place(request(identity, ANSWERED));
    expect((await followed(by, identity)).at(-1)).toMatchObject({ step: 'ended', end: { disposition: 'answered' } });
    gateway.close();
  });

  it('and tells of it afterwards, is not asked to dial it again: what was told stands for no other dial', async () => {
    const identity = newIdentity();
    world.stub.react = (asked) => (isPlacing(asked) ? { status: 503 } : undefined);
    await expect(world.dialer.place(request(identity, TALKS))).rejects.toThrow(ProviderUnavailable);
    world.stub.react = () => undefined;
    await tell(identity, { event: 'ended', disposition: 'failed', message: 'cleaned up' });
    await world.dialer.place(request(identity, TALKS));
    expect(await followed(world.dialer, identity)).toMatchObject([
      { step: 'ended', end: { disposition: 'failed', errorMessage: 'cleaned up' } },
    ]);
    expect(placings()).toBe(1);
  });

  it('and tells nothing of it, is asked to dial it again, and it alone is looked for in what was told', async () => {
    const [identity, other] = [newIdentity(), newIdentity()];
    const read = vi.spyOn(world.inbox, 'of');
    world.stub.react = (asked) => (isPlacing(asked) ? { status: 503 } : undefined);
    await expect(world.dialer.place(request(identity, TALKS))).rejects.toThrow(ProviderUnavailable);
    world.stub.react = () => undefined;
    for (const one of [identity, other]) await world.dialer.place(request(one, TALKS));
    expect(read.mock.calls).toEqual([[identity]]);
    read.mockRestore();
    expect([identity, other].map((one) => world.stub.dials(one))).toEqual([1, 1]);
  });

  it('refuses the call, which ends as it says, without anybody having been rung', async () => {
    const body = { disposition: 'invalid-number', message: 'No such number: +14155550001', code: 'E404' };
    expect(await endOf({ status: 422, body })).toMatchObject({
      disposition: 'invalid-number',
      providerCode: 'E404',
      answeredTime: null,
      errorMessage: 'The voice platform refused the call (HTTP 422): No such number: •••',
    });
  });
});

describe('a platform that forgets', () => {
  it('a call that it took makes it uncertain', async () => {
    const identity = newIdentity();
    await world.dialer.place(request(identity, TALKS));
    world.stub.forget();
    expect((await followed(world.dialer, identity)).at(-1)).toMatchObject({
      step: 'ended',
      end: { disposition: 'uncertain', errorMessage: 'The voice platform no longer knows the call' },
    });
  });

  it('a call that somebody had answered makes it answered: who was reached is not called again', async () => {
    const identity = newIdentity();
    await world.dialer.place(request(identity, TALKS));
    const all: string[] = [];
    for await (const progress of world.dialer.follow(identity, new AbortController().signal)) {
      all.push(progress.step === 'ended' ? progress.end.disposition : progress.step);
      if (progress.step === 'answered') world.stub.forget();
    }
    expect(all.slice(-2)).toEqual(['answered', 'answered']);
  });

  it('what it has told of by itself is not believed that it never dialed', async () => {
    const identity = newIdentity();
    await tell(identity, { event: 'ringing' });
    expect(await world.dialer.find(attempt(identity))).toEqual({ state: 'unknown' });
  });

  it('after a while is not asked for what is older', async () => {
    const nineDaysAgo = new Date(Date.now() - 9 * 24 * 60 * 60_000).toISOString();
    expect(await world.dialer.find(attempt(newIdentity(), nineDaysAgo))).toEqual({ state: 'unknown' });
  });
});

describe('a process that takes over', () => {
  it('waits for a request that may still be on its way', async () => {
    const identity = newIdentity();
    const raw = JSON.stringify({
      endpoint: TALKS,
      ringTimeoutSeconds: 20,
      callback: { url: `${world.stub.url}/nowhere` },
    });
    setTimeout(() => world.stub.dial(identity, raw), 50);
    expect(await world.dialer.find(attempt(identity))).toMatchObject({ state: 'live' });
  });

  it('cannot tell where the platform cannot be asked and has told nothing', async () => {
    expect(await world.open({ statusUrl: null }).find(attempt(newIdentity()))).toEqual({ state: 'unknown' });
  });

  it('takes the zero of a language for no time: nobody has answered, and nobody is hung up on', async () => {
    const [identity, zero] = [newIdentity(), '0001-01-01T00:00:00Z'];
    const body = { status: 'ringing', startedTime: zero, answeredTime: zero, endedTime: zero };
    world.stub.react = ({ method }) => (method === 'GET' ? { status: 200, body } : undefined);
    const since = new Date().toISOString();
    expect(await world.dialer.find(attempt(identity, since))).toEqual({
      state: 'live',
      startedTime: since,
      answeredTime: null,
    });
  });

  it('asks again where the status cannot be read', async () => {
    world.stub.react = () => ({ status: 200, body: { state: 'up' } });
    await expect(world.dialer.find(attempt(newIdentity()))).rejects.toThrow(/status cannot be read \(HTTP 200\)/);
    world.stub.react = () => ({ status: 500 });
    await expect(world.dialer.find(attempt(newIdentity()))).rejects.toThrow(/status cannot be read \(HTTP 500\)/);
  });
});
