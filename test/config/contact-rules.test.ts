import { describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../src/config/configuration.ts';

const rulesOf = (agent: string, organization = ''): unknown =>
  parseConfiguration(
    `
organizations:
  - { orgId: acme, apiKeys: [{ name: tests, key: key-of-acme }]${organization} }
trunks:
  - { name: demo, orgId: acme, lines: 1, dialer: { type: simulator } }
agents:
  - { agentId: demo, orgId: acme, name: Demo, trunk: demo${agent} }
`,
    {},
    'outdial.yaml',
  ).agent('acme', 'demo')?.contactRules;

const OF_ALL = ', contactRules: { maxAttemptsPerDay: 5, maxAttemptsPerWeek: 10 }';

describe('the contact rules of an agent', () => {
  test('are none where neither it nor its organization sets any', () => {
    expect(rulesOf('')).toBeNull();
  });

  test('are those of its organization where it sets none', () => {
    expect(rulesOf('', OF_ALL)).toEqual({ maxAttemptsPerDay: 5, maxAttemptsPerWeek: 10 });
  });

  test('are its own, with those of its organization for what it leaves out', () => {
    expect(rulesOf(', contactRules: { maxAttemptsPerDay: 3 }', OF_ALL)).toEqual({
      maxAttemptsPerDay: 3,
      maxAttemptsPerWeek: 10,
    });
    expect(rulesOf(', contactRules: { maxAttemptsPerWeek: 2 }')).toEqual({
      maxAttemptsPerDay: null,
      maxAttemptsPerWeek: 2,
    });
  });

  test('are there, without a limit, where the mapping is empty: never twice at once', () => {
    expect(rulesOf(', contactRules: {}')).toEqual({ maxAttemptsPerDay: null, maxAttemptsPerWeek: null });
  });
});
