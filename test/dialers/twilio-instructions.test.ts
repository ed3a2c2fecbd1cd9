import { expect, test } from 'vitest';
import { instructionsFor } from '../../src/dialers/twilio/instructions.ts';
import { newIdentity, requestTo } from '../support/twilio-world.ts';

const STREAM = { stream: 'wss://agent.example.com/stream' };
const SIP = { sip: 'sip:agent@example.com' };
const identity = newIdentity();

const twimlOf = (...args: Parameters<typeof instructionsFor>): string => {
  const instructions = instructionsFor(...args);
  if (!instructions.ok) throw new Error(instructions.says);
  return instructions.twiml;
};

/** The parameters of a stream, as its receiver gets them. */
const parametersOf = (twiml: string): [string, string][] =>
  [...twiml.matchAll(/<Parameter name="([^"]*)" value="([^"]*)"\/>/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);

test('who answers is connected to the agent’s media stream, which is told whose call it is and what to say', () => {
  const twiml = twimlOf(requestTo(identity, '0001', { prompt: 'Hello "Ada" & <all>' }), STREAM);
  expect(twiml).toMatch(
    /<Response><Connect><Stream url="wss:\/\/agent\.example\.com\/stream">.*<\/Stream><\/Connect><\/Response>$/,
  );
  expect(parametersOf(twiml)).toEqual([
    ['identity', identity],
    ['callId', identity.slice(0, -2)],
    ['agentId', 'demo'],
    ['prompt', 'Hello &quot;Ada&quot; &amp; &lt;all>'],
    ['variables', '{&quot;name&quot;:&quot;Ada&quot;}'],
  ]);
});

test('an agent without a prompt, and a call without variables, are told of neither', () => {
  const request = requestTo(identity, '0001', { prompt: null, variables: {} });
  expect(parametersOf(twimlOf(request, STREAM)).map(([name]) => name)).toEqual(['identity', 'callId', 'agentId']);
});

test('a prompt that is too long for one parameter comes in parts, none over 499 characters, nothing of it lost', () => {
  const prompt = '😀 words '.repeat(250);
  const parameters = parametersOf(twimlOf(requestTo(identity, '0001', { prompt }), STREAM));
  const parts = parameters.filter(([name]) => name.startsWith('prompt'));
  expect(parts.map(([name]) => name)).toEqual(['prompt.1', 'prompt.2', 'prompt.3', 'prompt.4', 'prompt.5']);
  expect(parts.map(([, value]) => value).join('')).toBe(prompt);
  for (const [name, value] of parameters) expect(name.length + value.length).toBeLessThan(500);
  for (const [, value] of parts) expect(value).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
});

test('of 499 characters, name and value together, it still is one parameter', () => {
  const names = (length: number) =>
    parametersOf(twimlOf(requestTo(identity, '0001', { prompt: 'x'.repeat(length), variables: {} }), STREAM)).map(
      ([name]) => name,
    );
  expect(names(493)).toContain('prompt');
  expect(names(494)).toContain('prompt.1');
});

test('what does not fit into 4,000 characters is refused, not cut', () => {
  const instructions = instructionsFor(requestTo(identity, '0001', { prompt: 'x'.repeat(4_000) }), STREAM);
  expect(instructions).toEqual({
    ok: false,
    says: expect.stringMatching(/do not fit into the 4000 characters/) as string,
  });
});

test('nobody is called for an agent of another provider, which Twilio could not connect', () => {
  const instructions = instructionsFor(requestTo(identity, '0001', { voiceAgent: 'assistant' }), STREAM);
  expect(instructions).toEqual({ ok: false, says: expect.stringMatching(/neither a wss:\/\/ address nor/) as string });
});

test('who answers is connected to the agent’s SIP address, with the same in headers', () => {
  const twiml = twimlOf(requestTo(identity, '0001', { prompt: 'Hello Ada & all' }), SIP);
  const [, uri = ''] = /<Response><Dial><Sip>(.*)<\/Sip><\/Dial><\/Response>/.exec(twiml) ?? [];
  expect(uri.replaceAll('&amp;', '&')).toBe(
    `sip:agent@example.com?X-Outdial-Identity=${identity}&X-Outdial-Call-Id=${identity.slice(0, -2)}&X-Outdial-Agent-Id=demo` +
      '&X-Outdial-Prompt=Hello%20Ada%20%26%20all&X-Outdial-Variables=%7B%22name%22%3A%22Ada%22%7D',
  );
});

test('what does not fit into SIP headers, or an address that is too long, is refused', () => {
  const long = instructionsFor(requestTo(identity, '0001', { prompt: 'x'.repeat(1_000) }), SIP);
  expect(long).toMatchObject({ ok: false, says: expect.stringMatching(/1023 characters of SIP headers/) as string });
  const address = { sip: `sip:${'a'.repeat(260)}@example.com` };
  expect(instructionsFor(requestTo(identity, '0001'), address)).toMatchObject({ ok: false });
});

test.each([
  ['wss://other.example.com/x', SIP, '<Stream url="wss://other.example.com/x">'],
  ['sip:other@example.com', STREAM, '<Sip>sip:other@example.com?'],
  ['sips:other@example.com', STREAM, '<Sip>sips:other@example.com?'],
])('an agent’s own address, %s, stands in the place of the trunk’s', (voiceAgent, connect, expected) => {
  expect(twimlOf(requestTo(identity, '0001', { voiceAgent }), connect)).toContain(expected);
});

test.each(['\u0000', '\u001b[1m', '\ud800', '\udc00'])(
  'a prompt with %j, which XML cannot hold, is refused',
  (text) => {
    for (const connect of [STREAM, SIP]) {
      const instructions = instructionsFor(requestTo(identity, '0001', { prompt: `Hello ${text}` }), connect);
      expect(instructions).toMatchObject({ ok: false, says: expect.stringMatching(/control character/) as string });
    }
    expect(instructionsFor(requestTo(identity, '0001', { prompt: 'Two\nlines, a\ttab, 😀' }), STREAM)).toMatchObject({
      ok: true,
    });
  },
);
