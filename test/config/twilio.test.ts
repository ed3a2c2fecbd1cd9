import { describe, expect, it } from 'vitest';
import { parse, problems, smallest } from './support.ts';

const SID = 'AC0123456789abcdef0123456789abcdef';
const ENV = { TOKEN: 'a very private token', SECRET: 'a very private secret' };
const twilio = {
  type: 'twilio',
  accountSid: SID,
  authToken: '${TOKEN}',
  connect: { stream: 'wss://agent.example.com/x' },
};

const fileWith = (dialer: object, trunk: object = {}, agent: object = {}) => ({
  trunks: [{ name: 'demo', lines: 1, callerId: '+14155550100', dialer: { ...twilio, ...dialer }, ...trunk }],
  agents: [{ ...smallest().agents[0], ...agent }],
});
const problemsWith = (...args: Parameters<typeof fileWith>): string[] => problems(fileWith(...args), ENV);

describe('a Twilio trunk', () => {
  it('needs an account, its auth token and where to connect calls to; all else has defaults', () => {
    expect(parse(fileWith({}), ENV).trunk('default', 'demo')?.dialer).toEqual({
      ...twilio,
      authToken: ENV.TOKEN,
      apiKey: null,
      apiSecret: null,
      machineDetection: false,
      region: null,
      edge: null,
      apiUrl: null,
    });
    const { trunks, agents } = smallest();
    expect(
      problems({ trunks: [{ ...trunks[0], callerId: '+14155550100', dialer: { type: 'twilio' } }], agents }),
    ).toEqual([
      'trunks[0].dialer.accountSid: expected text, got nothing',
      'trunks[0].dialer.authToken: expected text, got nothing',
      'trunks[0].dialer.connect: expected a mapping, got nothing',
    ]);
  });

  it('connects to a media stream or to a SIP address, to one of them', () => {
    expect(problemsWith({ connect: { sip: 'sip:agent@example.com' } })).toEqual([]);
    const one = /^trunks\[0\]\.dialer\.connect: expected either `stream`/;
    expect(problemsWith({ connect: {} })).toEqual([expect.stringMatching(one)]);
    expect(problemsWith({ connect: { stream: 'wss://x', sip: 'sip:x@y' } })).toEqual([expect.stringMatching(one)]);
    for (const stream of ['https://x', 'ws://x', 'wss://x?agent=1', 'wss://']) {
      expect(problemsWith({ connect: { stream } })).toEqual([
        expect.stringMatching(/connect\.stream: expected a wss:/),
      ]);
    }
    expect(problemsWith({ connect: { sip: 'agent@example.com' } })).toEqual([
      expect.stringMatching(/connect\.sip: expected a SIP/),
    ]);
    expect(problemsWith({ connect: { sip: 'sip:a@b?X-A=1' } })).toEqual([
      expect.stringMatching(/connect\.sip: expected a SIP/),
    ]);
  });

  it('takes an API key and its secret together, and credentials from the environment only, which it never shows', () => {
    const apiKey = 'SK0123456789abcdef0123456789abcdef';
    expect(problems(fileWith({ apiKey: '${KEY}', apiSecret: '${SECRET}' }), { ...ENV, KEY: apiKey })).toEqual([]);
    expect(problemsWith({ apiSecret: '${SECRET}' })).toEqual([
      'trunks[0].dialer.apiKey: expected `apiKey` and `apiSecret` together, got nothing',
    ]);
    const written = problemsWith({ authToken: 'written here', apiKey, apiSecret: 'here too' });
    expect(written).toEqual(
      ['authToken', 'apiKey', 'apiSecret'].map(
        (key) => `trunks[0].dialer.${key}: expected a credential to be taken from the environment: write \${NAME}`,
      ),
    );
    expect(problemsWith({ connect: { sip: 'sip:agent:hunter2@example.com' } })).toEqual([
      'trunks[0].dialer.connect.sip: expected a credential to be taken from the environment: write ${NAME}',
    ]);
    const agents = problemsWith({}, {}, { voiceAgent: 'wss://agent:hunter2@example.com' });
    expect(agents).toEqual([
      'agents[0].voiceAgent: expected a credential to be taken from the environment: write ${NAME}',
    ]);
    const wrong = problems(fileWith({ apiKey: '${TOKEN}', apiSecret: '${SECRET}' }), ENV);
    expect(wrong).toEqual([expect.stringMatching(/apiKey: expected SK and 32 hexadecimal digits/)]);
    expect(wrong.join()).not.toContain('private');
  });

  it.each([
    [{ accountSid: 'AC1' }, /accountSid: expected AC and 32 hexadecimal digits/],
    [{ region: 'ie1.example.com/' }, /region: expected a name such as/],
    [{ edge: '' }, /edge: expected a name such as/],
    [{ apiUrl: 'ftp://x' }, /apiUrl: expected an http or https URL/],
    [{ machineDetection: 'yes' }, /machineDetection: expected/],
    [{ stream: 'wss://x' }, /stream: unknown key/],
  ])('with %o is refused', (dialer, problem) => {
    expect(problemsWith(dialer)).toEqual([expect.stringMatching(problem)]);
  });

  it('has a caller ID, without which Twilio places no call', () => {
    expect(problemsWith({}, { callerId: undefined })).toEqual([
      expect.stringMatching(/^trunks\[0\]\.callerId: expected a caller ID/),
    ]);
  });

  it('calls for agents whose own address, where they have one, it can connect to', () => {
    for (const voiceAgent of ['wss://other.example.com', 'sip:other@example.com', 'sips:other@example.com']) {
      expect(problemsWith({}, {}, { voiceAgent })).toEqual([]);
    }
    for (const voiceAgent of ['assistant', 'https://x', 'wss://x?y=1']) {
      expect(problemsWith({}, {}, { voiceAgent })).toEqual([
        expect.stringMatching(/^agents\[0\]\.voiceAgent: expected the wss/),
      ]);
    }
    const { trunks, agents } = smallest();
    expect(problems({ trunks, agents: [{ ...agents[0], voiceAgent: 'assistant' }] })).toEqual([]);
  });
});
