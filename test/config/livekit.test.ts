import { describe, expect, it } from 'vitest';
import { overridesOf } from '../../src/config/overrides.ts';
import { parse, problems } from './support.ts';

const ENV = { KEY: 'APIkey', SECRET: 'not-for-eyes' };
const DIALER = {
  type: 'livekit',
  url: 'wss://acme.livekit.cloud',
  apiKey: '${KEY}',
  apiSecret: '${SECRET}',
  sipTrunkId: 'ST_1',
  agentName: 'assistant',
};
const file = (dialer: object, agent: object = {}) => ({
  trunks: [{ name: 'phones', lines: 1, dialer: { ...DIALER, ...dialer } }],
  agents: [{ agentId: 'demo', name: 'Demo', trunk: 'phones', ...agent }],
});

describe('a trunk of LiveKit', () => {
  it('has a server, an outbound trunk and an agent, and its credentials from the environment', () => {
    const trunk = parse(file({}), ENV).trunk('default', 'phones');
    expect(trunk?.dialer).toEqual({ ...DIALER, apiKey: 'APIkey', apiSecret: 'not-for-eyes' });
    expect(trunk && overridesOf(trunk.dialer)).toEqual({ phoneNumber: true, displayName: true });
  });

  it('is refused with credentials in the file, without showing them', () => {
    const found = problems(file({ apiKey: 'APIkey', apiSecret: 'not-for-eyes' }), ENV);
    expect(found).toHaveLength(2);
    expect(found.join()).toContain('trunks[0].dialer.apiSecret');
    expect(found.join()).not.toContain('not-for-eyes');
  });

  it('is refused with an address that is none, or the ID of something else', () => {
    expect(problems(file({ url: 'acme.livekit.cloud' }), ENV).join()).toContain('the address of a LiveKit server');
    expect(problems(file({ sipTrunkId: 'PN_1' }), ENV).join()).toContain('expected the ID of an outbound SIP trunk');
  });

  it('names its agents: an address is one of Twilio’s', () => {
    expect(problems(file({}, { voiceAgent: 'clinic' }), ENV)).toEqual([]);
    expect(problems(file({}, { voiceAgent: 'wss://agent.example.com' }), ENV)).toEqual([
      expect.stringMatching(/^agents\[0\]\.voiceAgent: expected the name under which an agent is registered/),
    ]);
  });

  it('rings for 80 seconds at most: an agent that wants more is told so', () => {
    expect(problems(file({}, { ringTimeout: '80s' }), ENV)).toEqual([]);
    expect(problems(file({}, { ringTimeout: '81s' }), ENV)).toEqual([
      'agents[0].ringTimeout: expected at most 80s: a trunk of type livekit rings no longer',
    ]);
  });
});
