import { describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../src/config/configuration.ts';
import { trunkSettings } from '../../src/config/trunk-settings.ts';
import type { TrunkSettings } from '../../src/contract/trunk.ts';
import { changedAgents } from '../../src/domain/agent-rules.ts';

const MONDAYS = 'schedule: { timezone: UTC, monday: [{ start: "09:00", end: "17:00" }] }';

/** What a trunk follows of a configuration with these agents, each with what it says. */
function settingsOf(agents: Record<string, string>, trunk = 'demo'): TrunkSettings {
  const lines = Object.entries(agents).map(
    ([agentId, more]) => `  - { agentId: ${agentId}, name: N, trunk: demo, ${more} }`,
  );
  const text = `trunks: [{ name: demo, lines: 1, callsPerSecond: 2, dialer: { type: simulator } }]\nagents:\n${lines.join('\n')}`;
  return trunkSettings(parseConfiguration(text, {}, 'test.yaml'), { orgId: 'default', trunk });
}

const changes = (before: Record<string, string>, after: Record<string, string>) =>
  changedAgents(settingsOf(before), settingsOf(after));

describe('the agents whose waiting calls are planned anew', () => {
  test('are those whose hours or holidays have changed, and those that are new', () => {
    const before = { same: MONDAYS, hours: MONDAYS, holidays: MONDAYS, opened: MONDAYS, closed: '' };
    const after = {
      ...{ same: MONDAYS, hours: MONDAYS.replace('17:00', '18:00'), opened: '', closed: MONDAYS, constructor: '' },
      holidays: MONDAYS.replace(' }]', ' }], holidays: ["2026-12-25"]'),
    };
    expect(changes(before, after)).toEqual({
      hours: ['hours', 'opened', 'closed', 'constructor', 'holidays'],
      enabled: [],
    });
  });

  test('are none where something else has changed, the zone of calls without one too: each call has its own', () => {
    const before = { a: MONDAYS, b: '' };
    const after = {
      a: `${MONDAYS.replace('UTC', 'Europe/London')}, prompt: Hi, retry: { maxAttempts: 3 }`,
      b: 'timezone: Europe/London',
    };
    expect(changes(before, after)).toEqual({ hours: [], enabled: [] });
  });

  test('are those that are switched on again, for what was held back, and none that is switched off or gone', () => {
    const off = { on: 'isEnabled: false', off: '', gone: 'isEnabled: false', both: 'isEnabled: false' };
    const on = { on: '', off: 'isEnabled: false', both: MONDAYS };
    expect(changes(off, on)).toEqual({ hours: ['both'], enabled: ['on'] });
  });

  test('are all of those of a trunk that was gone from the configuration, and is put back', () => {
    const gone = settingsOf({ a: MONDAYS, b: '' }, 'another');
    expect(gone).toEqual({ callsPerSecond: null, hours: {}, disabled: [] });
    const back = settingsOf({ a: MONDAYS, b: '' });
    expect(changedAgents(back, gone)).toEqual({ hours: [], enabled: [] });
    expect(changedAgents(gone, back).hours).toEqual(['a', 'b']);
  });
});

describe('what a trunk follows', () => {
  test('is small for a thousand agents with the longest of names', () => {
    const agents = Array.from({ length: 1_000 }, (_, index) => [
      `${'a'.repeat(60)}${index + 1_000}`,
      'isEnabled: false',
    ]);
    expect(JSON.stringify(settingsOf(Object.fromEntries(agents) as Record<string, string>)).length).toBeLessThan(
      160_000,
    );
  });
});
