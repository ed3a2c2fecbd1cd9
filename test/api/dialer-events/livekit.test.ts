import { describe, expect, test } from 'vitest';
import { Problem } from '../../../src/api/problem.ts';
import { readLiveKitEvent } from '../../../src/api/dialer-events/livekit.ts';
import { attemptToken } from '../../../src/config/attempt-token.ts';
import { parseConfiguration } from '../../../src/config/configuration.ts';
import { signedEvent } from '../../support/livekit-stub.ts';

const SECRET = 'the-secret-of-this-outdial';
const OURS = { apiKey: 'APIours', apiSecret: 'secret-of-our-project-that-is-long-enough' };
const THEIRS = { apiKey: 'APItheirs', apiSecret: 'secret-of-their-project-that-is-long-enough' };
const ADDRESS = { orgId: 'acme', trunk: 'phones', identity: '0190aaaa-0000-7000-8000-000000000001.1' };

const configuration = parseConfiguration(
  `
organizations:
  - { orgId: acme, apiKeys: [{ name: tests, key: key-of-acme }] }
  - { orgId: other, apiKeys: [{ name: tests, key: key-of-other }] }
trunks:
  - name: phones
    orgId: acme
    lines: 1
    dialer: { type: livekit, url: 'wss://a.example', apiKey: '\${A_KEY}', apiSecret: '\${A_SECRET}', sipTrunkId: ST_a, agentName: a }
  - name: phones
    orgId: other
    lines: 1
    dialer: { type: livekit, url: 'wss://b.example', apiKey: '\${B_KEY}', apiSecret: '\${B_SECRET}', sipTrunkId: ST_b, agentName: b }
agents: []
`,
  { A_KEY: OURS.apiKey, A_SECRET: OURS.apiSecret, B_KEY: THEIRS.apiKey, B_SECRET: THEIRS.apiSecret },
  'outdial.yaml',
);

async function left({ token, event = 'participant_left' }: { token?: string; event?: string } = {}): Promise<object> {
  const attributes = { 'outdial.token': token ?? (await attemptToken(SECRET, ADDRESS)), 'sip.callStatus': 'hangup' };
  const participant = { identity: 'outdial-x', kind: 'SIP', attributes, disconnectReason: 'CLIENT_INITIATED' };
  return {
    event,
    room: { name: 'outdial-x' },
    participant,
    createdAt: String(Math.floor(Date.now() / 1_000)),
    id: 'EV_1',
  };
}

async function read(event: object, key = OURS, change = (body: string) => body) {
  const { headers, body } = await signedEvent(event, key);
  const { authorization } = headers;
  return await readLiveKitEvent({ body: change(body), authorization, secret: SECRET, configuration });
}

describe('what LiveKit tells of its rooms', () => {
  test('is the end of an attempt where its person has left, with how and when', async () => {
    const read1 = await read(await left());
    expect(read1).toMatchObject({
      address: ADDRESS,
      event: { identity: ADDRESS.identity, name: 'ended', data: { status: 'hangup', reason: 1 } },
    });
    expect(Math.abs(Date.parse(read1?.event.time ?? '') - Date.now())).toBeLessThan(1_500);
    expect(await read(await left({ event: 'participant_connection_aborted' }))).not.toBeNull();
  });

  test('is passed over where it is about anybody else, or anything else', async () => {
    expect(await read(await left({ event: 'participant_joined' }))).toBeNull();
    expect(await read({ event: 'room_started', room: { name: 'x' }, id: 'EV_2' })).toBeNull();
    // A person of another program, and of another Outdial in the same project.
    expect(await read(await left({ token: '' }))).toBeNull();
    expect(await read(await left({ token: await attemptToken('another-secret', ADDRESS) }))).toBeNull();
  });

  test('counts for the trunks of its own project alone', async () => {
    expect(await read(await left(), THEIRS)).toBeNull();
  });

  test('is refused where nobody whom we know has signed it, or it was changed', async () => {
    const event = await left();
    const forged = [
      () => read(event, { ...OURS, apiSecret: 'another-secret-that-is-long-enough-too' }),
      () => read(event, { apiKey: 'APInobody', apiSecret: 'another-secret-that-is-long-enough-too' }),
      () => read(event, OURS, (body) => body.replace('hangup', 'ringing')),
      () => readLiveKitEvent({ body: '{}', authorization: undefined, secret: SECRET, configuration }),
      () => readLiveKitEvent({ body: '{}', authorization: 'nonsense', secret: SECRET, configuration }),
    ];
    for (const reading of forged) {
      const problem: unknown = await reading().catch((error: unknown) => error);
      expect(problem).toBeInstanceOf(Problem);
      expect(problem).toMatchObject({ status: 401 });
    }
  });
});
