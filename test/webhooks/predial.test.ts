import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../src/config/configuration.ts';
import { askPredial } from '../../src/webhooks/predial.ts';
import { Receiver } from '../support/receiver.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

let receiver: Receiver;
beforeAll(async () => (receiver = await Receiver.start()));
beforeEach(() => {
  receiver.received.length = 0;
  receiver.reply = () => ({ status: 200, body: '{"allow": true}' });
});
afterAll(() => receiver.down());

const configuration = (predial = `{ url: '${receiver.url}/may-i', secret: ${SECRET} }`) =>
  parseConfiguration(
    `
organizations: [{ orgId: acme, apiKeys: [], allowPrivateWebhooks: true }]
trunks: [{ name: demo, orgId: acme, lines: 1, dialer: { type: simulator } }]
agents:
  - { agentId: asking, orgId: acme, name: Asks, trunk: demo, additionalData: { a: 1 }, predialWebhook: ${predial} }
  - { agentId: going, orgId: acme, name: Does not ask, trunk: demo }
`,
    {},
    'test',
  );

const question = {
  orgId: 'acme',
  agentId: 'asking',
  callId: 'c1',
  attempt: 2,
  endpoint: '+15551230001',
  additionalData: { name: 'Ada' },
};

describe('the pre-dial check', () => {
  it('is asked with the call, signed', async () => {
    expect(await askPredial(configuration(), question)).toEqual({ kind: 'go' });
    const [got] = receiver.received;
    expect(new Webhook(SECRET).verify(got?.raw ?? '', got?.headers as Record<string, string>)).toEqual({
      type: 'PreDialWebHookPayload',
      status: 'Queued',
      callId: 'c1',
      agentId: 'asking',
      orgId: 'acme',
      endpoint: '+15551230001',
      callAdditionalData: { name: 'Ada' },
      agentAdditionalData: { a: 1 },
      attempt: 2,
    });
  });

  it('says no with a reason, without one, and under whatever status', async () => {
    receiver.reply = () => ({ status: 200, body: '{"allow": false, "reason": "paid already"}' });
    expect(await askPredial(configuration(), question)).toEqual({ kind: 'no', reason: 'paid already' });
    receiver.reply = () => ({ status: 403, body: '{"allow": false, "reason": 7}' });
    expect(await askPredial(configuration(), question)).toEqual({ kind: 'no', reason: null });
  });

  it('says no with a byte order mark before it, too', async () => {
    receiver.reply = () => ({ status: 200, body: '\uFEFF{"allow": false}' });
    expect(await askPredial(configuration(), question)).toEqual({ kind: 'no', reason: null });
  });

  it.each([
    ['nothing', 204, undefined],
    ['something else', 200, 'no'],
    ['a text for a truth', 200, '{"allow": "false"}'],
    ['an error', 500, '{"error": "down"}'],
    ['more than anybody reads', 200, JSON.stringify({ allow: false, reason: 'x'.repeat(20_000) })],
  ])('lets a call go that it answers with %s', async (_, status, body) => {
    receiver.reply = () => ({ status, ...(body === undefined ? {} : { body }) });
    expect(await askPredial(configuration(), question)).toEqual({ kind: 'go' });
  });

  it.each(['go', 'wait'])('means %s, as the agent says, where no answer comes', async (onTimeout) => {
    const nobody = await Receiver.start();
    await nobody.down();
    const asked = configuration(`{ url: '${nobody.url}', onTimeout: ${onTimeout} }`);
    expect(await askPredial(asked, question)).toEqual({ kind: onTimeout });
  });

  it('has three seconds, and no more', async () => {
    receiver.reply = () => ({ status: 200, body: '{"allow": false}', afterMs: 4_000 });
    const asked = configuration(`{ url: '${receiver.url}', onTimeout: wait }`);
    expect(await askPredial(asked, question)).toEqual({ kind: 'wait' });
  });

  it('is not asked where the agent has none', async () => {
    expect(await askPredial(configuration(), { ...question, agentId: 'going' })).toEqual({ kind: 'go' });
    expect(receiver.received).toEqual([]);
  });
});
