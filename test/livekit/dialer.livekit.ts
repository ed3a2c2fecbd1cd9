// What the dialer relies on, against a real LiveKit server. What needs its SIP bridge is tested against a stub.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { RoomServiceClient, SipClient } from 'livekit-server-sdk';
import { SIPTransport } from '@livekit/protocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type AddressedEvent, readLiveKitEvent } from '../../src/api/dialer-events/livekit.ts';
import { attemptToken } from '../../src/config/attempt-token.ts';
import { parseConfiguration } from '../../src/config/configuration.ts';
import { TOKEN_ATTRIBUTE } from '../../src/contract/dialer-event.ts';
import { LiveKitClient } from '../../src/dialers/livekit/client.ts';
import { LiveKitDialer } from '../../src/dialers/livekit/dialer.ts';
import type { Progress } from '../../src/dialers/dialer.ts';
import { CallRecord } from '../../src/dialers/livekit/record.ts';
import { KEPT_S, roomOf } from '../../src/dialers/livekit/rooms.ts';
import { TIMING } from '../../src/dialers/livekit/timing.ts';
import { HeardEvents } from '../dialers/livekit-support.ts';
import { followed, following, request, stepsOf } from '../dialers/simulator-support.ts';
import { eventually } from '../support/api.ts';
import { AgentWorker, person } from './people.ts';
import { KEY, LiveKitServer } from './server.ts';

const SECRET = 'the-secret-of-this-outdial';
const configuration = parseConfiguration(
  `
trunks:
  - name: phones
    lines: 1
    dialer: { type: livekit, url: 'ws://a.example', apiKey: '\${KEY}', apiSecret: '\${SECRET}', sipTrunkId: ST_a, agentName: a }
agents: []
`,
  { KEY: KEY.apiKey, SECRET: KEY.apiSecret },
  'outdial.yaml',
);

let server: LiveKitServer;
let webhooks: Server;
let rooms: RoomServiceClient;
let agents: AgentWorker;
let sipTrunkId: string;
const told: AddressedEvent[] = [];
const events = new HeardEvents();
const opened: LiveKitDialer[] = [];

beforeAll(async () => {
  webhooks = createServer((sent, response) => {
    void text(sent).then(async (body) => {
      const { authorization } = sent.headers;
      const event = await readLiveKitEvent({ body, authorization, secret: SECRET, configuration });
      if (event !== null) told.push(event);
      response.writeHead(204).end();
    });
  }).listen(0, '127.0.0.1');
  await eventually(
    () => Promise.resolve(webhooks.listening),
    (listening) => listening,
  );
  server = await LiveKitServer.start(`http://127.0.0.1:${(webhooks.address() as AddressInfo).port}/`);
  rooms = new RoomServiceClient(server.url, KEY.apiKey, KEY.apiSecret);
  agents = await AgentWorker.register(server.url, 'assistant');
  const options = { transport: SIPTransport.SIP_TRANSPORT_UDP };
  const sip = new SipClient(server.url, KEY.apiKey, KEY.apiSecret);
  ({ sipTrunkId } = await sip.createSipOutboundTrunk('tests', '127.0.0.1:5999', ['+14155550100'], options));
});
afterEach(() => {
  for (const dialer of opened.splice(0)) dialer.close();
});
afterAll(async () => {
  await agents.close();
  await server.stop();
  webhooks.closeAllConnections();
  webhooks.close();
});

function open(more: object = {}): LiveKitDialer {
  const dialer = new LiveKitDialer({
    url: server.url,
    ...KEY,
    orgId: 'default',
    trunk: 'phones',
    sipTrunkId,
    agentName: 'assistant',
    events,
    token: (address) => attemptToken(SECRET, address),
    timing: { ...TIMING, agentMs: 3_000, lookMs: 200, talkLookMs: 200, graceMs: 4_000 },
    ...more,
  });
  opened.push(dialer);
  return dialer;
}

let calls = 0;
const newIdentity = (): string => `0190bbbb-0000-7000-8000-${String((calls += 1)).padStart(12, '0')}.1`;
const attempt = (identity: string) => ({
  identity,
  endpoint: '+14155550001',
  callerId: null,
  since: new Date(Date.now() - 10_000).toISOString(),
});
const ended = (dialer: LiveKitDialer, identity: string) =>
  followed(dialer, identity).then((steps) => steps.at(-1) as Extract<Progress, { step: 'ended' }>);
const isOpen = async (room: string) => (await rooms.listRooms([room])).length > 0;

/** A call that rings or talks, as if a dialer that is gone by now had dialed it. */
async function dialedCall() {
  const address = { orgId: 'default', trunk: 'phones', identity: newIdentity() };
  const dialedTime = new Date().toISOString();
  const room = roomOf(address.identity);
  const client = new LiveKitClient({ url: server.url, ...KEY });
  await client.createRoom(
    { name: room, emptyTimeout: KEPT_S, departureTimeout: 1 },
    { name: 'assistant', metadata: '' },
  );
  await new CallRecord(
    client,
    { ...address, dialedTime, maxDurationMs: 60_000, answeredTime: null, end: null },
    false,
  ).make({});
  const attributes = { 'sip.callStatus': 'active', [TOKEN_ATTRIBUTE]: await attemptToken(SECRET, address) };
  return { ...address, room, comesIn: () => person(server.url, room, attributes) };
}

test('the agent is sent for by name with the prompt, joins, and only then is anybody dialed: no bridge, no attempt', async () => {
  const [dialer, identity] = [open(), newIdentity()];
  await dialer.place(request(identity, '0001'));
  const call = await ended(dialer, identity);
  expect(call).toMatchObject({ end: { disposition: 'carrier-rejected', providerCode: 'unavailable' } });
  expect(JSON.parse(agents.jobs.at(-1) ?? '')).toMatchObject({ prompt: 'Hello Ada', attempt: 1 });
  await eventually(
    () => isOpen(roomOf(identity)),
    (open) => !open,
  );
  expect(await open().find(attempt(identity))).toMatchObject({ state: 'ended', end: call.end });
});

test('a dispatch that LiveKit drops without a word is an agent that is unavailable', async () => {
  const [dialer, identity] = [open({ agentName: 'nobody' }), newIdentity()];
  await dialer.place(request(identity, '0001'));
  expect(await ended(dialer, identity)).toMatchObject({ end: { disposition: 'agent-unavailable' } });
});

test('an unknown trunk and a malformed number end the call at once', async () => {
  const [unknown, malformed] = [newIdentity(), newIdentity()];
  const other = open({ sipTrunkId: 'ST_unknown' });
  await other.place(request(unknown, '0001'));
  expect(await ended(other, unknown)).toMatchObject({
    end: { disposition: 'carrier-rejected', providerCode: 'not_found' },
  });
  const dialer = open();
  await dialer.place({ ...request(malformed, ''), endpoint: 'sip:nobody@example.com;x=<>' });
  expect(await ended(dialer, malformed)).toMatchObject({ end: { disposition: 'invalid-number' } });
});

test('a room that only its agent was in stays: a dial that was never made is seen to be none', async () => {
  const call = await dialedCall();
  expect(await open().find(attempt(call.identity))).toEqual({ state: 'never-placed' });
  expect(await isOpen(call.room)).toBe(false);
  expect(agents.jobs.length).toBeGreaterThan(0);
});

test('a call that another process dialed is found, followed and hung up, and LiveKit tells its end', async () => {
  const call = await dialedCall();
  const there = await call.comesIn();
  const dialer = open();
  expect(await dialer.live()).toEqual([call.identity]);
  expect(await dialer.find(attempt(call.identity))).toMatchObject({ state: 'live' });
  const { progress, done } = following(dialer, call.identity);
  await eventually(
    () => Promise.resolve(stepsOf(progress)),
    (steps) => steps.includes('answered'),
  );
  await dialer.hangUp(call.identity);
  await done;
  expect(progress.at(-1)).toMatchObject({ end: { disposition: 'answered' } });
  expect(await dialer.live()).toEqual([]);
  const event = await eventually(
    () => Promise.resolve(told.find(({ address }) => address.identity === call.identity)),
    (one) => one !== undefined,
  );
  expect(event).toMatchObject({ event: { name: 'ended', data: { status: 'active' } } });
  await there.disconnect();
});

test('a room closes by itself once the person has left, though the agent is there: the call is seen to be over', async () => {
  const call = await dialedCall();
  const there = await call.comesIn();
  await there.disconnect();
  await eventually(
    () => isOpen(call.room),
    (open) => !open,
    5_000,
  );
  expect(await open().find(attempt(call.identity))).toEqual({ state: 'unknown' });
});

test('a call that a crashed server has left on the list is not followed for ever, nor counted', async () => {
  const call = await dialedCall();
  const there = await call.comesIn();
  await server.crash();
  const dialer = open();
  expect(await dialer.live()).toEqual([call.identity]);
  expect(await ended(dialer, call.identity)).toMatchObject({ end: { disposition: 'answered' } });
  expect(await dialer.live()).toEqual([]);
  await there.disconnect();
});
