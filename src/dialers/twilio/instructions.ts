import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import type { TwilioConfig } from '../../config/schema.ts';
import { SIP_ADDRESS, STREAM_ADDRESS } from '../../config/twilio-schema.ts';
import { callIdOf } from '../../contract/ids.ts';
import type { DialRequest } from '../dialer.ts';

/** What Twilio does with who answers, as TwiML; or why it cannot be told, for people. */
export type Instructions =
  { readonly ok: true; readonly twiml: string } | { readonly ok: false; readonly says: string };

/** Of the parameter `twiml` of a call (https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource). */
const LONGEST_TWIML = 4_000;

/**
 * Of a `<Parameter>`, name and value together (https://www.twilio.com/docs/voice/twiml/stream#custom-parameters: "under 500
 * characters").
 */
const LONGEST_PARAMETER = 499;

/** Of a SIP address, and of the headers behind it (https://www.twilio.com/docs/api/errors/13251: "under"). */
const LONGEST_SIP_ADDRESS = 254;
const LONGEST_SIP_HEADERS = 1_023;

/** XML 1.0, section 2.2: with one of these Twilio could not read its instructions, and whoever answers would hear nothing. */
const NOT_IN_XML =
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Left for a part's name and its number. */
const PART_NAME = 20;

/**
 * Connects who answers to the agent, and tells it which attempt this is and what to say. Nothing is cut: what does not fit
 * is refused.
 */
export function instructionsFor(request: DialRequest, connect: TwilioConfig['connect']): Instructions {
  const agent = agentOf(request.voiceAgent, connect);
  if (agent === null) return { ok: false, says: NO_ADDRESS };
  const told = toldOf(request);
  if (Object.values(told).some((value) => NOT_IN_XML.test(value))) {
    return { ok: false, says: 'the agent’s prompt has a control character in it, which its instructions cannot hold' };
  }
  return 'stream' in agent ? toStream(agent.stream, told) : toSip(agent.sip, told);
}

/**
 * An agent's own address stands in the place of the trunk's. Null for one that is none: its agent was given to a trunk of
 * another provider while the call waited.
 */
function agentOf(voiceAgent: string | null, connect: TwilioConfig['connect']): TwilioConfig['connect'] | null {
  if (voiceAgent === null) return connect;
  if (SIP_ADDRESS.test(voiceAgent)) return { sip: voiceAgent };
  return STREAM_ADDRESS.test(voiceAgent) ? { stream: voiceAgent } : null;
}

const NO_ADDRESS =
  'the agent’s `voiceAgent` is neither a wss:// address nor a SIP address, and nobody is rung to hear nothing';

/** What the agent is told, by name. */
function toldOf({ identity, agentId, prompt, variables }: DialRequest): Readonly<Record<string, string>> {
  return {
    identity,
    callId: callIdOf(identity),
    agentId,
    ...(prompt === null ? {} : { prompt }),
    ...(Object.keys(variables).length === 0 ? {} : { variables: JSON.stringify(variables) }),
  };
}

function toStream(url: string, told: Readonly<Record<string, string>>): Instructions {
  const response = new VoiceResponse();
  const stream = response.connect().stream({ url });
  for (const [name, value] of Object.entries(told)) {
    for (const part of inParts(name, value)) stream.parameter(part);
  }
  return fitting(response.toString());
}

/** A value that is too long for one parameter is told in several, `prompt.1`, `prompt.2`, …, to be put together again. */
function inParts(name: string, value: string): { name: string; value: string }[] {
  if (name.length + value.length <= LONGEST_PARAMETER) return [{ name, value }];
  const characters = [...value]; // by code point: a part never ends in the middle of a character
  const parts: string[] = [''];
  for (const character of characters) {
    const last = parts.length - 1;
    if ((parts[last] ?? '').length + character.length > LONGEST_PARAMETER - PART_NAME) parts.push(character);
    else parts[last] += character;
  }
  return parts.map((part, index) => ({ name: `${name}.${index + 1}`, value: part }));
}

/** SIP headers: `X-Outdial-Identity`, `X-Outdial-Call-Id`, … */
function toSip(address: string, told: Readonly<Record<string, string>>): Instructions {
  const headers = Object.entries(told)
    .map(([name, value]) => `${headerNameOf(name)}=${encodeURIComponent(value)}`)
    .join('&');
  if (address.length > LONGEST_SIP_ADDRESS) return { ok: false, says: 'the SIP address of the agent is too long' };
  if (headers.length > LONGEST_SIP_HEADERS) return tooLong(`${LONGEST_SIP_HEADERS} characters of SIP headers`);
  const response = new VoiceResponse();
  response.dial().sip(`${address}?${headers}`);
  return fitting(response.toString());
}

/** `callId` → `X-Outdial-Call-Id`. */
const headerNameOf = (name: string): string =>
  `X-Outdial-${name.replace(/^./, (first) => first.toUpperCase()).replace(/(?<=.)[A-Z]/g, '-$&')}`;

const fitting = (twiml: string): Instructions =>
  twiml.length <= LONGEST_TWIML ? { ok: true, twiml } : tooLong(`${LONGEST_TWIML} characters of instructions`);

const tooLong = (limit: string): Instructions => ({
  ok: false,
  says: `the agent’s prompt and the call’s variables do not fit into the ${limit} that it takes: shorten them, or leave the prompt to the voice agent`,
});
