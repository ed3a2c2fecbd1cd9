import { describe, expect, test } from 'vitest';
import { wrong } from '../support.ts';

describe('a trunk whose dialer cannot pass everything on', () => {
  test('takes no call that asks for more, however it comes to the trunk', () => {
    const asking = (override: object) => wrong({ overrideOutboundConfig: { credentialsId: 'twilio', ...override } });
    expect(asking({ phoneNumber: '+14155550199' })).toEqual([]);
    expect(asking({ displayName: null })).toEqual([]);
    expect(asking({ displayName: 'Northside Clinic' })).toEqual([
      'overrideOutboundConfig.displayName: cannot be set on a call of its trunk, whose twilio dialer has no way to pass it on',
    ]);
  });
});

describe('a trunk of another provider than the agent’s own', () => {
  const through = (credentialsId: string, agentId: string) =>
    wrong({ overrideOutboundConfig: { credentialsId } }, agentId);

  test('takes no call for an agent that its provider could not connect: who is rung would hear nothing', () => {
    expect(through('twilio', 'named')).toEqual([
      expect.stringMatching(
        /^overrideOutboundConfig\.credentialsId: cannot be used by its agent, whose `voiceAgent` .*wss:/,
      ),
    ]);
    expect(through('livekit', 'addressed')).toEqual([
      expect.stringMatching(/^overrideOutboundConfig\.credentialsId: .*`voiceAgent` .*the name under which/),
    ]);
    expect(through('livekit', 'patient')).toEqual([
      expect.stringMatching(/^overrideOutboundConfig\.credentialsId: .*`ringTimeout` .*at most 80s/),
    ]);
  });

  test('takes those for agents that it can connect, or that name nobody', () => {
    expect(through('twilio', 'addressed')).toEqual([]);
    expect(through('livekit', 'named')).toEqual([]);
    expect(through('twilio', 'demo')).toEqual([]);
    expect(through('second', 'named')).toEqual([]);
  });
});

describe('an override', () => {
  test('that is empty is a mistake, since it would stand in the place of the trunk’s own', () => {
    for (const field of ['phoneNumber', 'displayName']) {
      expect(wrong({ overrideOutboundConfig: { [field]: '' } })).toEqual([
        expect.stringContaining(`overrideOutboundConfig.${field}: `),
      ]);
    }
  });
});
