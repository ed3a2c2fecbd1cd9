import { describe, expect, test } from 'vitest';
import { gate, type GateHost } from '../../src/activities/gate.ts';
import type { BatchGate } from '../../src/activities/batch-gate.ts';
import { parseConfiguration } from '../../src/config/configuration.ts';
import type { PlaceCallInput } from '../../src/contract/placement.ts';

const configuration = parseConfiguration(
  `
trunks:
  - { name: demo, lines: 1, dialer: { type: simulator } }
  - name: guarded
    lines: 1
    callerId: "+14155550100"
    allowedCountries: [GB]
    callerIds: []
    dialer: { type: simulator }
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

const host: GateHost = {
  batchGate: () => Promise.resolve('open'),
  isPaused: () => Promise.resolve(false),
  agent: (agentId: string) => configuration.agent('default', agentId) ?? undefined,
  trunk: () => configuration.trunk('default', 'demo') ?? undefined,
};

const input = (agentId: string): PlaceCallInput => ({
  orgId: 'default',
  agentId,
  batchId: null,
  trunk: 'demo',
  endpoint: '+14155550001',
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

const ask = (agentId: string, time: string, asked: Partial<GateHost> = {}, hasWaited = true) =>
  gate({ ...host, ...asked }, input(agentId), at(time), hasWaited);

const askInBatch = (batch: BatchGate, asked: Partial<GateHost> = {}) =>
  gate({ ...host, batchGate: () => Promise.resolve(batch), ...asked }, IN_BATCH, at('15:00:00'), true);

const IN_BATCH = { ...input('office'), batchId: 'b' };

describe('the gate before a dial', () => {
  test('lets a call through inside its window', async () => {
    expect(await ask('office', '14:00:00')).toBeNull();
  });

  test('sends a call back to sleep until its window opens, when the hours have changed or passed meanwhile', async () => {
    expect(await ask('office', '13:59:59')).toMatchObject({
      kind: 'not-now',
      plan: { at: '2026-11-23T14:00:00.000Z', waitingFor: 'calling-window' },
    });
  });

  test('lets a call through in the last second before its deadline, and not at it', async () => {
    expect(await ask('office', '21:29:59')).toBeNull();
    expect(await ask('office', '21:30:00')).toEqual({ kind: 'not-dialed', because: 'deadline' });
  });

  test('holds the calls of an agent that is disabled, and of one that is gone', async () => {
    expect(await ask('disabled', '15:00:00')).toMatchObject({ plan: { waitingFor: 'agent-disabled' } });
    expect(await ask('gone', '15:00:00')).toMatchObject({ plan: { waitingFor: 'agent-missing' } });
    const trunkless = { trunk: () => undefined };
    expect(await ask('office', '15:00:00', trunkless)).toMatchObject({ plan: { waitingFor: 'agent-missing' } });
  });

  test('drops a call to a country, or under a caller ID, that its trunk does not take any more', async () => {
    const guarded = { trunk: () => configuration.trunk('default', 'guarded') ?? undefined };
    expect(await ask('office', '15:00:00', guarded)).toEqual({
      kind: 'not-dialed',
      because: 'country-not-allowed',
      message: 'The endpoint is a phone number of US, which is not among the `allowedCountries` of its trunk',
    });
    const british = { ...input('office'), endpoint: '+447400123456' };
    const asking = (phoneNumber: string) =>
      gate(
        { ...host, ...guarded },
        { ...british, overrideOutboundConfig: { phoneNumber, credentialsId: null, displayName: null } },
        at('15:00:00'),
        true,
      );
    expect(await asking('+14155550100')).toBeNull();
    expect(await asking('+14155550199')).toEqual({
      kind: 'not-dialed',
      because: 'caller-id-not-allowed',
      message: 'The caller ID is not among the `callerIds` of its trunk',
    });
  });

  test('keeps such a call until it would be dialed: the trunk may take it again by then', async () => {
    const guarded = { trunk: () => configuration.trunk('default', 'guarded') ?? undefined };
    expect(await ask('office', '13:00:00', guarded)).toMatchObject({ kind: 'not-now' });
    expect(await ask('disabled', '15:00:00', guarded)).toMatchObject({ kind: 'not-now' });
  });

  test('asks again in an hour: each asking is a page of the history of the call, and a change wakes it', async () => {
    expect(await ask('disabled', '15:00:00')).toMatchObject({ plan: { at: '2026-11-23T16:00:00.000Z' } });
  });

  test('holds the calls of a batch that is paused, and drops those of one that is canceled', async () => {
    expect(await askInBatch('open')).toBeNull();
    expect(await askInBatch('paused')).toMatchObject({ kind: 'not-now', plan: { waitingFor: 'batch-paused' } });
    expect(await askInBatch('canceled')).toEqual({ kind: 'not-dialed', because: 'batch' });
  });

  test('sends a call back to the queue whose trunk was paused while it waited', async () => {
    const isPaused = () => Promise.resolve(true);
    expect(await ask('office', '15:00:00', { isPaused })).toMatchObject({
      kind: 'not-now',
      plan: { at: '2026-11-23T15:00:01.000Z', waitingFor: 'trunk-paused' },
    });
  });

  test('asks nobody about the trunk of a call that has just been handed out', async () => {
    const isPaused = () => Promise.reject(new Error('asked'));
    expect(await ask('office', '15:00:00', { isPaused }, false)).toBeNull();
  });

  test('lets nothing out where it cannot be told whether the batch is stopped', async () => {
    const batchGate = () => Promise.reject(new Error('Temporal is away'));
    await expect(askInBatch('open', { batchGate })).rejects.toThrow('Temporal is away');
  });

  test('asks nobody about the batch of a call that does not go out anyway', async () => {
    const batchGate = () => Promise.reject(new Error('asked'));
    const late = { ...IN_BATCH, callDeadline: '2026-11-23T15:00:00.000Z' };
    const outcome = await gate({ ...host, batchGate }, late, at('15:00:00'), true);
    expect(outcome).toEqual({ kind: 'not-dialed', because: 'deadline' });
  });
});
