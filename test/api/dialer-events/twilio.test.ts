import type { Request } from 'express';
import { expect, test } from 'vitest';
import { readTwilioEvent } from '../../../src/api/dialer-events/twilio.ts';
import { Problem } from '../../../src/api/problem.ts';
import type { TwilioConfig } from '../../../src/config/schema.ts';
import { ACCOUNT, signatureOf } from '../../support/twilio-stub.ts';

const PUBLIC_URL = 'https://outdial.example.com/behind/a/proxy';
const URL = `${PUBLIC_URL}/api/v1/dialer-events/a.b.c`;
const CONFIG: TwilioConfig = {
  type: 'twilio',
  ...ACCOUNT,
  apiKey: null,
  apiSecret: null,
  connect: { stream: 'wss://agent.example.com' },
  machineDetection: false,
  region: null,
  edge: null,
  apiUrl: null,
};
const FORM = {
  CallSid: 'CA1',
  CallStatus: 'completed',
  CallDuration: '31',
  SipResponseCode: '200',
  Timestamp: 'Sat, 07 May 2022 14:30:14 +0000',
  To: '+14155550001',
  From: '+14155550100',
};

/** A form as Twilio posts it, signed with this auth token for this address. */
function read(form: Record<string, string>, { authToken = ACCOUNT.authToken, url = URL, signature = '' } = {}) {
  const body = new URLSearchParams(form);
  const header = signature === '' ? signatureOf(url, body, authToken) : signature;
  const request = { params: { token: 'a.b.c' }, get: () => header } as unknown as Request;
  return readTwilioEvent(CONFIG)({ request, body: body.toString(), publicUrl: PUBLIC_URL });
}

async function statusOf(reading: () => unknown): Promise<number> {
  try {
    await reading();
  } catch (error) {
    if (error instanceof Problem) return error.status;
    throw error;
  }
  return 204;
}

test('a callback is an event, of the time at which it happened, without the numbers in it', async () => {
  expect(await read(FORM)).toEqual({
    name: 'ended',
    time: '2022-05-07T14:30:14.000Z',
    data: { CallSid: 'CA1', CallStatus: 'completed', CallDuration: '31', SipResponseCode: '200' },
  });
});

test.each([
  ['queued', 'ringing'],
  ['initiated', 'ringing'],
  ['ringing', 'ringing'],
  ['in-progress', 'answered'],
  ['completed', 'ended'],
  ['busy', 'ended'],
  ['no-answer', 'ended'],
  ['failed', 'ended'],
  ['canceled', 'ended'],
])('the status %s is the event %s', async (CallStatus, name) => {
  expect(await read({ ...FORM, CallStatus })).toMatchObject({ name, data: { CallStatus } });
});

test('what the detection of answering machines has made out stands for the answer', async () => {
  const event = await read({ CallSid: 'CA1', AnsweredBy: 'machine_start', MachineDetectionDuration: '2300' });
  expect(event).toMatchObject({ name: 'answered', data: { CallSid: 'CA1', AnsweredBy: 'machine_start' } });
  expect(Math.abs(Date.parse(event?.time ?? '') - Date.now())).toBeLessThan(5_000);
});

test('a status of tomorrow needs not be known', async () => {
  expect(await read({ ...FORM, CallStatus: 'beaming' })).toBeNull();
});

test('what is forged is refused: with another token, for another address, changed, or without a signature', async () => {
  expect(await statusOf(() => read(FORM))).toBe(204);
  expect(await statusOf(() => read(FORM, { authToken: 'another' }))).toBe(403);
  expect(await statusOf(() => read(FORM, { url: URL.replace('a.b.c', 'd.e.f') }))).toBe(403);
  const signature = signatureOf(URL, new URLSearchParams(FORM), ACCOUNT.authToken);
  expect(await statusOf(() => read({ ...FORM, CallStatus: 'failed' }, { signature }))).toBe(403);
  expect(await statusOf(() => read(FORM, { signature: 'none' }))).toBe(403);
});

test('a signed form that is no callback of a call is a mistake', async () => {
  expect(await statusOf(() => read({ MessageSid: 'SM1' }))).toBe(400);
});
