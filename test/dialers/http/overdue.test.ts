import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../src/dialers/dialer.ts';
import type { HttpDialer } from '../../../src/dialers/http/dialer.ts';
import { HttpPlatformStub } from '../../support/http-platform-stub.ts';
import { followed } from '../simulator-support.ts';
import { IMPATIENCE, newIdentity, openDialer, request, usePlatform } from './support.ts';

const TALKS = '+14155550009';

const world = usePlatform();

/** The last that is seen of a call which may last for 0.1 s. */
async function lastOf(dialer: HttpDialer, identity = newIdentity()): Promise<Progress | undefined> {
  await dialer.place(request(identity, TALKS, { ringTimeoutMs: 100, maxDurationMs: 100 }));
  return (await followed(dialer, identity)).at(-1);
}

describe('a platform that reports nothing', () => {
  it('and cannot be asked, has its call hung up when it has lasted for too long, which is uncertain', async () => {
    const mute = world.open({ statusUrl: null });
    const identity = newIdentity();
    expect(await lastOf(mute, identity)).toMatchObject({ step: 'ended', end: { disposition: 'uncertain' } });
    expect(world.stub.asked.at(-1)).toMatchObject({ method: 'POST', path: `/calls/${identity}/hangup` });
  });

  it('but that the call goes on, long after it was told to hang up, keeps no line for ever', async () => {
    world.stub.react = ({ path }) => (path.endsWith('/hangup') ? { status: 200 } : undefined);
    expect(await lastOf(world.dialer)).toMatchObject({
      step: 'ended',
      end: {
        disposition: 'answered',
        errorMessage: expect.stringMatching(/has not told the end of the call/) as string,
      },
    });
  });

  it('and lets somebody talk for longer than they may, is told to hang up', async () => {
    expect(await lastOf(world.dialer)).toMatchObject({
      step: 'ended',
      end: { disposition: 'answered' },
    });
  });

  it('but errors when it is asked, is told to hang up what has lasted for too long, and then heard', async () => {
    const telling = await HttpPlatformStub.start({ tells: true });
    telling.react = ({ method }) => (method === 'GET' ? { status: 500 } : undefined);
    // It is waited for, however long what it tells is on its way.
    const by = openDialer(telling.config(), world.inbox, { patience: { ...IMPATIENCE, stuckMs: 60_000 } });
    world.opened.push(by);
    expect(await lastOf(by)).toMatchObject({
      step: 'ended',
      end: { disposition: 'answered', errorMessage: null },
    });
    await telling.stop();
  });

  it('but errors when it is asked, long after the call has to be over, keeps no line for ever', async () => {
    world.stub.react = ({ method }) => (method === 'GET' ? { status: 200, body: '<html>' } : undefined);
    expect(await lastOf(world.dialer)).toMatchObject({
      step: 'ended',
      end: {
        disposition: 'uncertain',
        errorMessage: expect.stringMatching(/has not told the end of the call/) as string,
      },
    });
  });
});
