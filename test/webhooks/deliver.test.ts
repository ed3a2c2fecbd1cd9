import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../src/config/configuration.ts';
import { endEvent, startEvent } from '../../src/domain/webhook-events.ts';
import { tryDelivery } from '../../src/webhooks/deliver.ts';
import { Receiver } from '../support/receiver.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

let receiver: Receiver;
beforeAll(async () => (receiver = await Receiver.start()));
beforeEach(() => {
  receiver.received.length = 0;
  receiver.reply = () => ({ status: 204 });
});
afterAll(() => receiver.down());

const configuration = (organization = 'allowPrivateWebhooks: true') =>
  parseConfiguration(
    `
organizations: [{ orgId: acme, apiKeys: [{ name: a, key: kkkkkkkkkkkk }], ${organization} }]
trunks: [{ name: demo, orgId: acme, lines: 1, dialer: { type: simulator } }]
agents:
  - agentId: reminder
    orgId: acme
    name: Reminder
    trunk: demo
    additionalData: { clinic: Northside }
    webhooks:
      start: { url: '${receiver.url.replace('//', '//user:password@')}/start?token=hidden' }
      result: { url: '${receiver.url}/result', headers: { Authorization: Bearer abc }, secret: ${SECRET} }
`,
    {},
    'test',
  );

const call = { orgId: 'acme', agentId: 'reminder', endpoint: '+15551230001', additionalData: { name: 'Ada' } };
const FAILED = endEvent('c1', call, {
  status: 'Failed',
  reason: null,
  createdTime: '2026-11-25T09:00:00.000Z',
  completedTime: '2026-11-25T10:00:00.000Z',
  durationSeconds: null,
  transcription: null,
  result: null,
  errorMessage: 'the carrier said 500',
});

describe('telling a webhook', () => {
  it('sends what happened, with what the agent brings to its calls by now, signed as Standard Webhooks has it', async () => {
    expect(await tryDelivery(configuration(), FAILED)).toMatchObject({
      verdict: 'delivered',
      attempt: { url: `${receiver.url}/result`, statusCode: 204, error: null },
    });
    const [got] = receiver.received;
    expect(got?.headers).toMatchObject({ authorization: 'Bearer abc', 'webhook-id': 'webhook-c1-failed' });
    expect(new Webhook(SECRET).verify(got?.raw ?? '', got?.headers as Record<string, string>)).toEqual({
      type: 'FailedWebHookPayload',
      status: 'Failed',
      callId: 'c1',
      agentId: 'reminder',
      orgId: 'acme',
      endpoint: '+15551230001',
      callAdditionalData: { name: 'Ada' },
      agentAdditionalData: { clinic: 'Northside' },
      createdTime: '2026-11-25T09:00:00.000Z',
      completedTime: '2026-11-25T10:00:00.000Z',
      errorMessage: 'the carrier said 500',
    });
  });

  it('sends no signature where there is no secret, and shows the address without what may be a credential', async () => {
    const tried = await tryDelivery(configuration(), startEvent('c1', call, 2));
    expect(receiver.received[0]?.path).toBe('/start?token=hidden');
    expect(receiver.received[0]?.headers['webhook-id']).toBe('webhook-c1-start-2');
    expect(receiver.received[0]?.headers).not.toHaveProperty('webhook-signature');
    expect(tried).toMatchObject({ attempt: { url: `${receiver.url}/start` } });
  });

  it.each([
    ['delivered', 200],
    ['delivered', 299],
    ['stopped', 400],
    ['stopped', 404],
    ['stopped', 410],
    ['again', 408],
    ['again', 425],
    ['again', 429],
    ['again', 302],
    ['again', 500],
    ['again', 503],
  ])('is %s where the receiver answers %d', async (verdict, status) => {
    receiver.reply = () => ({ status });
    expect(await tryDelivery(configuration(), FAILED)).toMatchObject({ verdict, attempt: { statusCode: status } });
  });

  it('reads how long the receiver wants to be left alone, in seconds or as a date', async () => {
    receiver.reply = () => ({ status: 429, headers: { 'retry-after': '120' } });
    expect(await tryDelivery(configuration(), FAILED)).toMatchObject({ retryAfterMs: 120_000 });
    const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
    receiver.reply = () => ({ status: 503, headers: { 'retry-after': inAnHour } });
    const tried = await tryDelivery(configuration(), FAILED);
    expect((tried as { retryAfterMs: number }).retryAfterMs / 1_000).toBeGreaterThan(3_590);
    receiver.reply = () => ({ status: 503, headers: { 'retry-after': 'soon' } });
    expect(await tryDelivery(configuration(), FAILED)).toMatchObject({ retryAfterMs: null });
  });

  it('is to be tried again where nobody listens, and where the address is private and may be allowed later', async () => {
    const refused = await tryDelivery(configuration('allowPrivateWebhooks: false'), FAILED);
    expect(refused).toMatchObject({ verdict: 'again', attempt: { statusCode: null } });
    expect(refused).toHaveProperty('attempt.error', expect.stringContaining('allowPrivateWebhooks'));
    expect(receiver.received).toEqual([]);
  });

  it('tells nobody where the agent has no such webhook, or is gone', async () => {
    const other = { ...FAILED, kind: 'batch' as const };
    expect(await tryDelivery(configuration(), other)).toEqual({ verdict: 'nobody' });
    const gone = startEvent('c1', { ...call, agentId: 'gone' }, 1);
    expect(await tryDelivery(configuration(), gone)).toEqual({ verdict: 'nobody' });
  });
});
