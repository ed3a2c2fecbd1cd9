import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readHttpEvent } from '../../../src/api/dialer-events/http.ts';
import type { HttpDialer } from '../../../src/dialers/http/dialer.ts';
import { EventInbox } from '../../support/event-inbox.ts';
import { HttpPlatformStub } from '../../support/http-platform-stub.ts';
import { followed } from '../simulator-support.ts';
import { newIdentity, openDialer, request } from './support.ts';

const TALKS = '+14155550009';

let stub: HttpPlatformStub;
let inbox: EventInbox;
let dialer: HttpDialer;
const opened: HttpDialer[] = [];

const open = (more = {}): HttpDialer => {
  const one = openDialer(stub.config(more), inbox);
  opened.push(one);
  return one;
};

beforeAll(async () => {
  inbox = await EventInbox.start(readHttpEvent);
});
beforeEach(async () => {
  stub = await HttpPlatformStub.start();
  dialer = open();
});
afterEach(async () => {
  for (const one of opened.splice(0)) one.close();
  expect(inbox.listeners, 'calls listened for by dialers that are closed').toBe(0);
  await stub.stop();
});
afterAll(() => inbox.stop());

describe('a platform that reports nothing', () => {
  it('and cannot be asked, has its call hung up when it has lasted for too long, which is uncertain', async () => {
    const mute = open({ statusUrl: null });
    const identity = newIdentity();
    await mute.place(request(identity, TALKS, { ringTimeoutMs: 100, maxDurationMs: 100 }));
    expect((await followed(mute, identity)).at(-1)).toMatchObject({ step: 'ended', end: { disposition: 'uncertain' } });
    expect(stub.asked.at(-1)).toMatchObject({ method: 'POST', path: `/calls/${identity}/hangup` });
  });

  it('but that the call goes on, long after it was told to hang up, keeps no line for ever', async () => {
    const identity = newIdentity();
    stub.react = ({ path }) => (path.endsWith('/hangup') ? { status: 200 } : undefined);
    await dialer.place(request(identity, TALKS, { ringTimeoutMs: 100, maxDurationMs: 100 }));
    expect((await followed(dialer, identity)).at(-1)).toMatchObject({
      step: 'ended',
      end: {
        disposition: 'answered',
        errorMessage: expect.stringMatching(/has not told the end of the call/) as string,
      },
    });
  });

  it('and lets somebody talk for longer than they may, is told to hang up', async () => {
    const identity = newIdentity();
    await dialer.place(request(identity, TALKS, { ringTimeoutMs: 100, maxDurationMs: 100 }));
    expect((await followed(dialer, identity)).at(-1)).toMatchObject({
      step: 'ended',
      end: { disposition: 'answered' },
    });
  });

  it('but errors when it is asked, is told to hang up what has lasted for too long, and then heard', async () => {
    const telling = await HttpPlatformStub.start({ tells: true });
    telling.react = ({ method }) => (method === 'GET' ? { status: 500 } : undefined);
    const by = openDialer(telling.config(), inbox);
    opened.push(by);
    const identity = newIdentity();
    await by.place(request(identity, TALKS, { ringTimeoutMs: 100, maxDurationMs: 100 }));
    expect((await followed(by, identity)).at(-1)).toMatchObject({
      step: 'ended',
      end: { disposition: 'answered', errorMessage: null },
    });
    await telling.stop();
  });

  it('but errors when it is asked, long after the call has to be over, keeps no line for ever', async () => {
    const identity = newIdentity();
    stub.react = ({ method }) => (method === 'GET' ? { status: 200, body: '<html>' } : undefined);
    await dialer.place(request(identity, TALKS, { ringTimeoutMs: 100, maxDurationMs: 100 }));
    expect((await followed(dialer, identity)).at(-1)).toMatchObject({
      step: 'ended',
      end: {
        disposition: 'uncertain',
        errorMessage: expect.stringMatching(/has not told the end of the call/) as string,
      },
    });
  });
});
