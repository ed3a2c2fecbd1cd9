import { describe, expect, it } from 'vitest';
import { agentProblems, agentWith } from './support.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const URL_ = 'https://crm.example.com/hook';

const resultProblems = (webhook: object): string[] => agentProblems({ webhooks: { result: webhook } });

describe('a webhook', () => {
  it('needs nothing but its URL', () => {
    const { webhooks } = agentWith({ webhooks: { result: { url: URL_ } } });
    expect(webhooks).toEqual({ start: null, result: { url: URL_, headers: {}, secret: null }, batch: null });
  });

  it.each([
    ['credentials', { url: 'https://user:p%25w@crm.example.com/hook?key=1' }],
    ['headers', { url: URL_, headers: { Authorization: 'Bearer abc', 'x-empty': '' } }],
    ['a secret', { url: URL_, secret: SECRET }],
  ])('may have %s', (_, webhook) => {
    expect(resultProblems(webhook)).toEqual([]);
  });

  it.each([
    ['a URL of another protocol', { url: 'ftp://crm.example.com/' }],
    ['what is no URL', { url: 'crm.example.com/hook' }],
    ['a password that cannot be decoded', { url: 'https://user:p%w@crm.example.com/' }],
    ['a header that says how long it is', { url: URL_, headers: { 'Content-Length': '3' } }],
    ['a header that says how it comes', { url: URL_, headers: { 'transfer-encoding': 'identity' } }],
    ['a header of two lines', { url: URL_, headers: { 'x-key': 'hidden\nX-Other: 1' } }],
    ['a secret that is too short', { url: URL_, secret: 'whsec_aGlkZGVu' }],
    ['a secret of another form', { url: URL_, secret: 'hidden-hidden-hidden-hidden-hidden' }],
  ])('is refused with %s, which is not repeated', (_, webhook) => {
    const problems = resultProblems(webhook);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^webhooks\.result\./);
    expect(problems[0]).not.toMatch(/hidden|aGlkZGVu|p%w/);
  });
});
