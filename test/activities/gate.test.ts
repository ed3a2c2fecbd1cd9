import { describe, expect, test } from 'vitest';
import { gate } from '../../src/activities/gate.ts';
import { parseConfiguration } from '../../src/config/configuration.ts';
import type { PlaceCallInput } from '../../src/contract/placement.ts';

const configuration = parseConfiguration(
  `
trunks:
  - { name: demo, lines: 1, dialer: { type: simulator } }
agents:
  - agentId: office
    name: In office hours
    trunk: demo
    schedule: { timezone: America/New_York, monday: [{ start: "09:00", end: "17:00" }] }
  - { agentId: disabled, name: Switched off, trunk: demo, isEnabled: false }
`,
  {},
  'test.yaml',
);

const host = {
  agent: (agentId: string) => configuration.agent('default', agentId) ?? undefined,
  trunk: () => configuration.trunk('default', 'demo') ?? undefined,
};

const input = (agentId: string): PlaceCallInput => ({
  orgId: 'default',
  agentId,
  batchId: null,
  trunk: 'demo',
  endpoint: '+15551230001',
  additionalData: null,
  priority: 1,
  callDeadline: '2026-11-23T21:30:00.000Z',
  timezone: 'America/New_York',
  overrideOutboundConfig: null,
  attempt: 1,
  placement: 'p',
  firstRunId: 'r',
});

/** A Monday in November: New York is five hours behind UTC. */
const at = (time: string): number => Date.parse(`2026-11-23T${time}Z`);

describe('the gate before a dial', () => {
  test('lets a call through inside its window', () => {
    expect(gate(host, input('office'), at('14:00:00'))).toBeNull();
  });

  test('sends a call back to sleep until its window opens, when the hours have changed or passed meanwhile', () => {
    expect(gate(host, input('office'), at('13:59:59'))).toMatchObject({
      kind: 'not-now',
      plan: { at: '2026-11-23T14:00:00.000Z', waitingFor: 'calling-window' },
    });
  });

  test('lets a call through in the last second before its deadline, and not at it', () => {
    expect(gate(host, input('office'), at('21:29:59'))).toBeNull();
    expect(gate(host, input('office'), at('21:30:00'))).toEqual({ kind: 'not-dialed', because: 'deadline' });
  });

  test('holds the calls of an agent that is disabled, and of one that is gone', () => {
    expect(gate(host, input('disabled'), at('15:00:00'))).toMatchObject({ plan: { waitingFor: 'agent-disabled' } });
    expect(gate(host, input('gone'), at('15:00:00'))).toMatchObject({ plan: { waitingFor: 'agent-missing' } });
    const trunkless = { ...host, trunk: () => undefined };
    expect(gate(trunkless, input('office'), at('15:00:00'))).toMatchObject({ plan: { waitingFor: 'agent-missing' } });
  });

  test('asks again in minutes, not in seconds: each asking is a page of the history of the call', () => {
    expect(gate(host, input('disabled'), at('15:00:00'))).toMatchObject({ plan: { at: '2026-11-23T15:05:00.000Z' } });
  });
});
