import { describe, expect, test, vi } from 'vitest';

import { readLedger } from '../../src/dialers/simulator/ledger.ts';
import { createSimulator } from '../../src/dialers/simulator/dialer.ts';
import {
  after,
  eventLine,
  followed,
  following,
  holdClock,
  newLedgerPath,
  NOW,
  openSimulator,
  pass,
  request,
  stepsOf,
  written,
} from './simulator-support.ts';

holdClock();

describe('a call', () => {
  test('that is answered is told step by step, each at its own time, and written as it is told', async () => {
    const path = newLedgerPath();
    const simulator = openSimulator(path, { speed: 1 });
    await simulator.place(request('a.1', '0001'));
    const { progress, done } = following(simulator, 'a.1');
    await pass(3_999);
    expect(progress).toEqual([{ step: 'ringing', time: NOW }]);
    await pass(1);
    expect(progress.slice(1)).toEqual([{ step: 'answered', time: after(4_000) }]);
    await pass(29_999);
    expect(written(path)).toEqual(['place a.1', 'ringing a.1', 'answered a.1']);
    await pass(1);
    await done;
    expect(progress.slice(2)).toEqual([
      {
        step: 'ended',
        end: {
          startedTime: NOW,
          answeredTime: after(4_000),
          endedTime: after(34_000),
          disposition: 'answered',
          providerCode: '200',
          recordId: expect.stringMatching(/^sim-[0-9a-f]{12}$/) as string,
          transcription: null,
          errorMessage: null,
        },
      },
    ]);
    expect(readLedger(path)).toEqual([
      {
        time: NOW,
        event: 'place',
        identity: 'a.1',
        endpoint: '+14155550001',
        disposition: null,
        trunk: 'demo',
        ringTimeoutMs: 45_000,
        maxDurationMs: 3_600_000,
        speed: 1,
      },
      eventLine('ringing', 'a.1', NOW),
      eventLine('answered', 'a.1', after(4_000)),
      eventLine('ended', 'a.1', after(34_000), { disposition: 'answered' }),
    ]);
  });

  test('that never rings is told as ended alone', async () => {
    const simulator = openSimulator(newLedgerPath(), { speed: 1 });
    await simulator.place(request('a.1', '0002'));
    const { progress, done } = following(simulator, 'a.1');
    await pass(1_000);
    await done;
    expect(progress).toMatchObject([{ step: 'ended', end: { disposition: 'busy', providerCode: '486' } }]);
  });

  test('of which the carrier never says what became ends as uncertain, and is unknown to whoever asks for it', async () => {
    const simulator = openSimulator(newLedgerPath(), { speed: 1 });
    await simulator.place(request('a.1', '0011'));
    expect(await simulator.find({ identity: 'a.1' })).toEqual({ state: 'unknown' });
    const { progress, done } = following(simulator, 'a.1');
    await pass(1_000);
    await done;
    expect(progress).toMatchObject([{ step: 'ended', end: { disposition: 'uncertain', providerCode: null } }]);
    expect(await simulator.find({ identity: 'a.1' })).toEqual({ state: 'unknown' });
  });

  test('that two follow is told to both and written once', async () => {
    const path = newLedgerPath();
    const [here, there] = [openSimulator(path), openSimulator(path)];
    await here.place(request('a.1', '0001'));
    const all = [following(here, 'a.1'), following(here, 'a.1'), following(there, 'a.1')];
    await pass(100);
    for (const { progress, done } of all) {
      await done;
      expect(stepsOf(progress)).toEqual(['ringing', 'answered', 'ended']);
    }
    expect(written(path)).toEqual(['place a.1', 'ringing a.1', 'answered a.1', 'ended a.1']);
  });

  test('is told whole to a process that was frozen while it lasted', async () => {
    const simulator = openSimulator(newLedgerPath(), { speed: 1 });
    await simulator.place(request('a.1', '0001'));
    const { progress, done } = following(simulator, 'a.1');
    await pass(1_000);
    vi.setSystemTime(Date.parse(after(60_000))); // timers have not fired meanwhile
    await pass(3_000);
    await done;
    expect(progress).toMatchObject([
      { step: 'ringing' },
      { step: 'answered', time: after(4_000) },
      { step: 'ended', end: { endedTime: after(34_000) } },
    ]);
  });

  test('is never told of before its time, where the clock steps back', async () => {
    const path = newLedgerPath();
    const simulator = openSimulator(path, { speed: 1 });
    await simulator.place(request('a.1', '0001'));
    const { progress, done } = following(simulator, 'a.1');
    await pass(3_000);
    vi.setSystemTime(Date.parse(after(2_000)));
    await pass(1_999);
    expect(stepsOf(progress)).toEqual(['ringing']);
    await pass(1);
    expect(stepsOf(progress)).toEqual(['ringing', 'answered']);
    await pass(30_000);
    await done;
  });

  test('that was never placed cannot be followed', async () => {
    const simulator = openSimulator(newLedgerPath());
    await expect(followed(simulator, 'a.1')).rejects.toThrow('Expected a call that was placed, got `a.1`');
  });

  test('that is placed a second time is on the record twice, and starts anew', async () => {
    const path = newLedgerPath();
    const simulator = openSimulator(path, { speed: 1 });
    await simulator.place(request('a.1', '0001'));
    const { progress, done } = following(simulator, 'a.1');
    await pass(5_000);
    await simulator.place(request('a.1', '0002'));
    await pass(1_000);
    await done;
    expect(written(path)).toEqual(['place a.1', 'ringing a.1', 'answered a.1', 'place a.1', 'ended a.1']);
    expect(progress.at(-1)).toMatchObject({ step: 'ended', end: { startedTime: after(5_000), disposition: 'busy' } });
  });
});

describe('live calls', () => {
  test('are those that were placed, by whomever, and are not over by fate or hang-up', async () => {
    const path = newLedgerPath();
    const [here, there] = [openSimulator(path, { speed: 1 }), openSimulator(path, { speed: 1 })];
    for (const [identity, digits] of [
      ['a.1', '0001'],
      ['b.1', '0002'],
      ['c.1', '0003'],
      ['d.1', '0011'],
    ] as const) {
      await here.place(request(identity, digits));
    }
    expect(await there.live()).toEqual(['a.1', 'b.1', 'c.1', 'd.1']);
    await pass(1_000);
    expect(await there.live()).toEqual(['a.1', 'c.1']);
    await here.hangUp('a.1');
    expect(await there.live()).toEqual(['c.1']);
    await pass(43_999);
    expect(await there.live()).toEqual(['c.1']);
    await pass(1);
    expect(await there.live()).toEqual([]);
  });

  test('are those of the own trunk, where several trunks share a ledger', async () => {
    const path = newLedgerPath();
    const [demo, other] = [openSimulator(path), openSimulator(path, { trunk: 'other' })];
    await demo.place(request('a.1', '0001'));
    await other.place(request('b.1', '0001'));
    expect(await demo.live()).toEqual(['a.1']);
    expect(await other.live()).toEqual(['b.1']);
  });
});

describe('a simulator', () => {
  test('describes itself to people', () => {
    expect(openSimulator(newLedgerPath(), { speed: 60 }).describe()).toBe('simulator, 60 times as fast');
    expect(openSimulator(newLedgerPath(), { speed: 1 }).describe()).toBe('simulator, in real time');
  });

  test('that is closed dials nobody any more', async () => {
    const path = newLedgerPath();
    const simulator = openSimulator(path);
    simulator.close();
    await expect(simulator.place(request('a.1', '0001'))).rejects.toThrow('The ledger is closed');
    expect(readLedger(path)).toEqual([]);
  });

  test.each([0, -1, NaN, Infinity])('is not made with a speed of %s', (speed) => {
    expect(() => createSimulator({ trunk: 'demo', ledgerPath: newLedgerPath(), speed })).toThrow(
      `Expected \`speed\` to be a positive number, got \`${speed}\` (number)`,
    );
  });
});
