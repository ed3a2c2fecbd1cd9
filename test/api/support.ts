import { parseConfiguration } from '../../src/config/configuration.ts';
import type { AgentConfig } from '../../src/config/types.ts';
import { readCalls, readOneCall } from '../../src/api/accepting/read-calls.ts';
import { Problem, type BodyMistake } from '../../src/api/problem.ts';
import { type Acceptance, acceptanceOf, type ResolvedCall } from '../../src/api/accepting/resolve-call.ts';

/** A Tuesday, 12:00 in UTC: in New York it is 7:00. */
export const NOW = Date.parse('2026-11-24T12:00:00.000Z');

export const configuration = parseConfiguration(
  `
organizations:
  - { orgId: acme, apiKeys: [{ name: tests, key: key-of-acme }] }
  - { orgId: other, apiKeys: [{ name: tests, key: key-of-other }] }
  - { orgId: loose, apiKeys: [{ name: tests, key: key-of-loose }] }
trunks:
  - { name: demo, orgId: acme, lines: 1, dialer: { type: simulator } }
  - { name: second, orgId: acme, lines: 1, dialer: { type: simulator } }
  - name: guarded
    orgId: acme
    lines: 1
    callerId: '+14155550100'
    allowedCountries: [US, CA]
    callerIds: ['+14155550101']
    dialer: { type: simulator }
  - name: twilio
    orgId: acme
    lines: 1
    callerId: '+14155550100'
    dialer:
      type: twilio
      accountSid: AC0123456789abcdef0123456789abcdef
      authToken: '\${TWILIO_AUTH_TOKEN}'
      connect: { stream: wss://agent.example.com/stream }
  - name: livekit
    orgId: acme
    lines: 1
    dialer:
      type: livekit
      url: wss://acme.livekit.cloud
      apiKey: '\${LIVEKIT_API_KEY}'
      apiSecret: '\${LIVEKIT_API_SECRET}'
      sipTrunkId: ST_1
      agentName: assistant
  - { name: theirs, orgId: other, lines: 1, dialer: { type: simulator } }
  - { name: strict, orgId: loose, lines: 1, dialer: { type: simulator } }
  - { name: any, orgId: loose, lines: 1, endpoints: any, dialer: { type: simulator } }
agents:
  - { agentId: loose, orgId: loose, name: Strict by default, trunk: strict }
  - { agentId: demo, orgId: acme, name: Demo, trunk: demo, defaultCountry: US }
  - { agentId: guarded, orgId: acme, name: Against fraud, trunk: guarded, defaultCountry: JM }
  - { agentId: bare, orgId: acme, name: Without a country, trunk: demo, timezone: Europe/Berlin, defaultDeadline: 90m }
  - { agentId: disabled, orgId: acme, name: Off, trunk: demo, isEnabled: false }
  - { agentId: named, orgId: acme, name: Named at LiveKit, trunk: livekit, defaultCountry: US, voiceAgent: clinic }
  - agentId: addressed
    orgId: acme
    name: With an address
    trunk: twilio
    defaultCountry: US
    voiceAgent: wss://clinic.example.com
  - { agentId: patient, orgId: acme, name: Rings for long, trunk: demo, defaultCountry: US, ringTimeout: 2m }
  - agentId: office
    orgId: acme
    name: Weekdays in New York
    trunk: demo
    schedule:
      timezone: America/New_York
      monday: &hours [{ start: '09:00', end: '17:00' }]
      tuesday: *hours
      wednesday: *hours
      thursday: *hours
      friday: *hours
  - agentId: exact
    orgId: acme
    name: Needs its variables
    trunk: demo
    prompt: 'Hello {{customer.firstName}} of {{clinic}} on {{date}}, {{date}}'
    requireVariables: true
    additionalData: { clinic: Northside }
  - { agentId: never, orgId: acme, name: Never open, trunk: demo, schedule: { monday: [] } }
`,
  { TWILIO_AUTH_TOKEN: 'an auth token of tests', LIVEKIT_API_KEY: 'APItests', LIVEKIT_API_SECRET: 'a secret of tests' },
  'outdial.yaml',
);

export function agentNamed(agentId: string): AgentConfig {
  const agent = configuration.agent(agentId === 'loose' ? 'loose' : 'acme', agentId);
  if (agent === null) throw new Error(`There is no agent ${agentId}`);
  return agent;
}

export const acceptance = (agentId = 'demo', now = NOW): Acceptance =>
  acceptanceOf(configuration, agentNamed(agentId), now);

/** A number that every agent takes. */
export const NUMBER = '+14155550001';

/** The call that a body is for; fails when it has mistakes. */
export const accept = (body: object, agentId = 'demo', now = NOW): ResolvedCall =>
  readOneCall({ endpoint: NUMBER, ...body }, acceptance(agentId, now));

/** Everything that is wrong with a body; nothing when it is a call. Any error but a 400 is thrown on. */
export const mistakesOf = (body: unknown, agentId = 'demo', now = NOW): readonly BodyMistake[] =>
  mistakesIn(() => readOneCall(body, acceptance(agentId, now)));

/** Those that `read` is refused for. */
export function mistakesIn(read: () => unknown): readonly BodyMistake[] {
  try {
    read();
    return [];
  } catch (error) {
    return listedIn(error);
  }
}

/** Those that a bulk request with this body is refused for. */
export const mistakesOfAll = async (body: unknown, agentId = 'demo'): Promise<readonly BodyMistake[]> =>
  await readCalls(body, acceptance(agentId)).then(() => [], listedIn);

/** The mistakes that a 400 lists. */
function listedIn(error: unknown): readonly BodyMistake[] {
  if (!(error instanceof Problem) || error.status !== 400 || error.errors === undefined) throw error;
  return error.errors;
}

/** The same as `path: message`, of a call with these fields. */
export const wrong = (fields: object, agentId = 'demo', now = NOW): string[] =>
  mistakesOf({ endpoint: NUMBER, ...fields }, agentId, now).map(({ path, message }) => `${path}: ${message}`);
