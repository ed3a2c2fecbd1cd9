import { describe, expect, it } from 'vitest';
import { agentProblems, agentWith } from './support.ts';

const url = 'https://example.com/hook';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe('the webhooks of an agent', () => {
  it('are none where it says nothing, and those that it names', () => {
    expect(agentWith({}).webhooks).toEqual({ start: null, result: null, batch: null });
    expect(agentWith({ webhooks: { result: { url, headers: { 'X-Key': 'k' }, secret: SECRET } } }).webhooks).toEqual({
      start: null,
      result: { url, headers: { 'X-Key': 'k' }, secret: SECRET },
      batch: null,
    });
  });

  it('are refused with an address that is none of the web', () => {
    for (const wrong of ['crm.internal/hook', 'ftp://crm.internal', 'file:///etc/passwd']) {
      const [problem = ''] = agentProblems({ webhooks: { start: { url: wrong } } });
      expect(problem).toContain('webhooks.start.url: expected a URL such as https://example.com/hooks');
      expect(problem).not.toContain(wrong);
    }
  });

  it('are refused with a password that cannot be decoded, which is never shown', () => {
    const [problem = ''] = agentProblems({ webhooks: { result: { url: 'https://user:p%w@example.com/' } } });
    expect(problem).toContain('webhooks.result.url: expected each `%`');
    expect(problem).not.toContain('p%w');
  });

  it('are refused with a secret that signs nothing, which is never shown', () => {
    for (const secret of ['hush', 'whsec_', 'whsec_c2hvcnQ=', SECRET.slice(0, -1)]) {
      const [problem = ''] = agentProblems({ webhooks: { result: { url, secret } } });
      expect(problem).toContain('webhooks.result.secret: expected `whsec_` and 24 to 64 bytes in base64');
      expect(problem).not.toContain(`got "${secret}"`);
    }
  });

  it('are refused with a header that would break the request or its signature', () => {
    for (const header of ['Content-Length', 'host', 'webhook-id', 'Transfer-Encoding', 'a b']) {
      expect(agentProblems({ webhooks: { result: { url, headers: { [header]: 'x' } } } })).toHaveLength(1);
    }
    expect(agentProblems({ webhooks: { result: { url, headers: { Authorization: 'a\r\nb: c' } } } })).toHaveLength(1);
    expect(agentProblems({ webhooks: { result: { url, headers: { Authorization: 'Bearer abc' } } } })).toEqual([]);
  });
});
