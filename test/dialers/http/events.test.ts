import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readHttpEvent } from '../../../src/api/dialer-events/http.ts';
import type { HttpDialer } from '../../../src/dialers/http/dialer.ts';
import { EventInbox } from '../../support/event-inbox.ts';
import { HttpPlatformStub } from '../../support/http-platform-stub.ts';
import { followed, following, stepsOf } from '../simulator-support.ts';
import { attempt, newIdentity, openDialer, request } from './support.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const TALKS = '+14155550009';

let stub: HttpPlatformStub;
let inbox: EventInbox;
const opened: HttpDialer[] = [];

const open = (more = {}): HttpDialer => {
  const one = openDialer(stub.config(more), inbox);
  opened.push(one);
  return one;
};

beforeAll(async () => {
  [stub, inbox] = await Promise.all([HttpPlatformStub.start(), EventInbox.start(readHttpEvent)]);
});
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
  expect(inbox.listeners, 'calls listened for by dialers that are closed').toBe(0);
});
afterAll(async () => {
  await stub.stop();
  await inbox.stop();
});

/** Tells an event as the platform would, after the last one was taken. */
async function tell(identity: string, event: object): Promise<number> {
  const url = await inbox.callbackUrl({ orgId: 'default', trunk: 'voice', identity });
  return (await fetch(url, { method: 'POST', body: JSON.stringify(event) })).status;
}

describe('what the platform is asked', () => {
  it('has all of the call, where to tell of it, the headers of the trunk, and a signature', async () => {
    const dialer = open({ secret: SECRET, headers: { Authorization: 'Bearer abc' } });
    const identity = newIdentity();
    await dialer.place(request(identity, TALKS));
    const asked = stub.asked.at(-1);
    const url = await inbox.callbackUrl({ orgId: 'default', trunk: 'voice', identity });
    expect(asked?.headers).toMatchObject({ authorization: 'Bearer abc', 'idempotency-key': identity });
    expect(new Webhook(SECRET).verify(asked?.raw ?? '', asked?.headers as Record<string, string>)).toEqual({
      callId: identity.slice(0, -2),
      attempt: 1,
      identity,
      orgId: 'default',
      agentId: 'demo',
      voiceAgent: 'ada',
      endpoint: TALKS,
      callerId: '+14155550100',
      displayName: 'Northside',
      prompt: 'Hello Ada',
      variables: { name: 'Ada' },
      ringTimeoutSeconds: 20,
      maxDurationSeconds: 60,
      callback: { url, token: encodeURIComponent(identity) },
    });
    await dialer.find(attempt(identity));
    const status = stub.asked.at(-1);
    expect(status).toMatchObject({ method: 'GET', path: `/calls/${identity}`, raw: '' });
    const signature = new Webhook(SECRET).sign(`${identity}-status`, signedAt(status?.headers), '');
    expect(status?.headers['webhook-signature']).toBe(signature);
    await dialer.hangUp(identity);
    const hangUp = stub.asked.at(-1);
    expect(hangUp).toMatchObject({ method: 'POST', path: `/calls/${identity}/hangup` });
    expect(new Webhook(SECRET).verify(hangUp?.raw ?? '', hangUp?.headers as Record<string, string>)).toEqual({
      identity,
      id: null,
    });
  });

  it('to hang up a call that lasts for too long is its names, and nothing of what is kept of it', async () => {
    const dialer = open();
    const identity = newIdentity();
    await dialer.place(request(identity, TALKS, { ringTimeoutMs: 100, maxDurationMs: 100 }));
    await followed(dialer, identity);
    const { raw = '' } = stub.asked.find(({ path }) => path === `/calls/${identity}/hangup`) ?? {};
    expect(JSON.parse(raw)).toEqual({ identity, id: null });
  });

  it('names a call by the ID of the platform where its addresses do, and not before that is known', async () => {
    const dialer = open({ statusUrl: null, hangUpUrl: `${stub.url}/hang/{id}` });
    const identity = newIdentity();
    stub.react = ({ path }) => (path === '/calls' ? { status: 200, body: { id: 'a/b' } } : { status: 200 });
    await expect(dialer.hangUp(identity)).rejects.toThrow(/has not told its ID/);
    await dialer.place(request(identity, TALKS));
    await dialer.hangUp(identity);
    stub.react = () => undefined;
    expect(stub.asked.at(-1)?.path).toBe('/hang/a%2Fb');
  });
});

const signedAt = (headers: Record<string, unknown> = {}): Date =>
  new Date(Number(headers['webhook-timestamp']) * 1_000);

describe('events', () => {
  it('that come late, twice, or after the end do no harm', async () => {
    const dialer = open({ statusUrl: null });
    const identity = newIdentity();
    await dialer.place(request(identity, TALKS));
    const { progress, done } = following(dialer, identity);
    await tell(identity, { event: 'answered' });
    await tell(identity, { event: 'ringing' });
    await tell(identity, { event: 'answered', time: '2020-01-01T00:00:00Z' });
    await tell(identity, { event: 'ended', disposition: 'answered', recordId: 'rec-1', transcription: 'Hello' });
    expect(await tell(identity, { event: 'ended', disposition: 'busy' })).toBe(204);
    expect(await tell(identity, { event: 'answered' })).toBe(204);
    await done;
    expect(stepsOf(progress)).toEqual(['answered', 'ended']);
    expect(progress.at(-1)).toMatchObject({
      end: { disposition: 'answered', recordId: 'rec-1', transcription: 'Hello' },
    });
    expect(await open({ statusUrl: null }).find(attempt(identity))).toMatchObject({
      state: 'ended',
      end: { disposition: 'answered', recordId: 'rec-1' },
    });
  });

  it('of an end alone tell that somebody had answered, where they say when', async () => {
    const dialer = open({ statusUrl: null });
    const identity = newIdentity();
    await dialer.place(request(identity, TALKS));
    const answeredTime = new Date().toISOString();
    const { progress, done } = following(dialer, identity);
    await tell(identity, { event: 'ended', disposition: 'answered', answeredTime });
    await done;
    expect(stepsOf(progress)).toEqual(['answered', 'ended']);
    expect(progress.at(-1)).toMatchObject({ end: { answeredTime } });
  });

  it('of an end that has overtaken the answer wait for it, but not for ever', async () => {
    const dialer = open({ statusUrl: null });
    const [late, never] = [newIdentity(), newIdentity()];
    for (const identity of [late, never]) await dialer.place(request(identity, TALKS));
    const all = [late, never].map((identity) => followed(dialer, identity));
    for (const identity of [late, never]) await tell(identity, { event: 'ended', disposition: 'voicemail' });
    const time = new Date().toISOString();
    await tell(late, { event: 'answered', time });
    const [first, second] = await Promise.all(all);
    expect(first).toMatchObject([
      { step: 'answered', time },
      { end: { disposition: 'voicemail', answeredTime: time } },
    ]);
    expect(second).toMatchObject([{ end: { disposition: 'voicemail', answeredTime: null } }]);
  });

  it('say nothing about the time before the dial or after now, whatever the clock of the platform', async () => {
    const dialer = open({ statusUrl: null });
    const identity = newIdentity();
    const before = new Date().toISOString();
    await dialer.place(request(identity, TALKS));
    const { progress, done } = following(dialer, identity);
    await tell(identity, { event: 'answered', time: '2020-01-01T00:00:00+02:00' });
    await tell(identity, { event: 'ended', time: '2090-01-01T00:00:00Z', disposition: 'answered' });
    await done;
    const last = progress.at(-1);
    if (last?.step !== 'ended') throw new Error('Expected it to end');
    const { startedTime, answeredTime, endedTime } = last.end;
    const all = [before, startedTime, answeredTime ?? '', endedTime, new Date().toISOString()];
    expect([...all].sort()).toEqual(all);
  });

  it('that somebody answered after the end is not so', async () => {
    const identity = newIdentity();
    await tell(identity, { event: 'ended', disposition: 'no-answer' });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await tell(identity, { event: 'answered' });
    expect(await open({ statusUrl: null }).find(attempt(identity))).toMatchObject({
      state: 'ended',
      end: { disposition: 'no-answer', answeredTime: null },
    });
  });

  it('that another host has heard are read by the one that follows the call', async () => {
    const dialer = open({ statusUrl: null });
    const identity = newIdentity();
    await dialer.place(request(identity, TALKS));
    inbox.isDeaf = true;
    const done = followed(dialer, identity);
    await tell(identity, { event: 'ended', disposition: 'busy', code: '486' });
    expect((await done).at(-1)).toMatchObject({ end: { disposition: 'busy', providerCode: '486' } });
    inbox.isDeaf = false;
  });

  it('spare the platform most questions', async () => {
    const [asking, telling] = [newIdentity(), newIdentity()];
    const dialer = open();
    await Promise.all([asking, telling].map((identity) => dialer.place(request(identity, TALKS))));
    await tell(telling, { event: 'answered' });
    const all = [asking, telling].map((identity) => following(dialer, identity));
    await new Promise((resolve) => setTimeout(resolve, 600));
    const questions = (identity: string): number =>
      stub.asked.filter(({ method, path }) => method === 'GET' && path.endsWith(identity)).length;
    expect(questions(asking)).toBeGreaterThan(2 * questions(telling));
    await Promise.all([asking, telling].map((identity) => dialer.hangUp(identity)));
    await Promise.all(all.map(({ done }) => done));
  });
});
