import { appendFileSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { readLedger } from '../../src/dialers/simulator/ledger.ts';
import {
  after,
  eventLine,
  followed,
  following,
  holdClock,
  newLedgerPath,
  openSimulator,
  pass,
  request,
  stepsOf,
  timesOf,
} from './simulator-support.ts';

holdClock();

describe('after a crash', () => {
  test('a second simulator on the same ledger knows each call as it stands', async () => {
    const path = newLedgerPath();
    const first = openSimulator(path, { speed: 1 });
    await first.place(request('ended.1', '0002'));
    await first.place(request('live.1', '0001'));
    await pass(2_000);
    const second = openSimulator(path, { speed: 1 });
    expect(await second.find({ identity: 'live.1' })).toMatchObject({ state: 'live' });
    expect(await second.find({ identity: 'ended.1' })).toMatchObject({
      state: 'ended',
      end: { endedTime: after(1_000) },
    });
    expect(await second.find({ identity: 'other.1' })).toEqual({ state: 'never-placed' });
    expect(timesOf(path, 'find', 'ended')).toEqual([
      ['find', after(2_000)],
      ['find', after(2_000)],
      ['ended', after(1_000)], // it had ended while nobody followed it
      ['find', after(2_000)],
    ]);
    expect(readLedger(path).at(-1)).toMatchObject({ identity: 'other.1', endpoint: null });
  });

  test('a call keeps the speed at which it was placed', async () => {
    const path = newLedgerPath();
    await openSimulator(path, { speed: 1 }).place(request('a.1', '0001'));
    const { progress, done } = following(openSimulator(path, { speed: 1_000 }), 'a.1');
    await pass(34_000);
    await done;
    expect(progress.at(-1)).toMatchObject({ end: { endedTime: after(34_000) } });
  });

  test('a torn line is as if it had never been', async () => {
    const path = newLedgerPath();
    const first = openSimulator(path, { speed: 1 });
    await first.place(request('a.1', '0001'));
    appendFileSync(path, JSON.stringify({ ...readLedger(path)[0], identity: 'torn.1' }).slice(0, -1));
    const second = openSimulator(path, { speed: 1 });
    await second.place(request('b.1', '0001'));
    for (const simulator of [first, second]) {
      expect(await simulator.live()).toEqual(['a.1', 'b.1']);
      expect(await simulator.find({ identity: 'torn.1' })).toEqual({ state: 'never-placed' });
    }
  });

  test('an end that is written late is not taken for that of a later dial', async () => {
    const path = newLedgerPath();
    const simulator = openSimulator(path, { speed: 1 });
    await simulator.place(request('a.1', '0002'));
    await pass(1_500);
    await simulator.place(request('a.1', '0001'));
    appendFileSync(path, `${JSON.stringify(eventLine('ended', 'a.1', after(1_000), { disposition: 'busy' }))}\n`);
    expect(await simulator.find({ identity: 'a.1' })).toMatchObject({ state: 'live' });
    expect(await simulator.live()).toEqual(['a.1']);
  });

  test('a carrier whose ledger was deleted has forgotten its calls, and takes new ones', async () => {
    const path = newLedgerPath();
    const simulator = openSimulator(path, { speed: 1 });
    await simulator.place(request('a.1', '0001'));
    rmSync(path);
    expect(await simulator.live()).toEqual([]);
    expect(await simulator.find({ identity: 'a.1' })).toEqual({ state: 'never-placed' });
    await simulator.place(request('b.1', '0001'));
    expect(await simulator.live()).toEqual(['b.1']);
  });

  test('a call that ended long ago, with thousands after it, is found all the same', async () => {
    const path = newLedgerPath();
    const simulator = openSimulator(path);
    await simulator.place(request('first.1', '0001'));
    await pass(2);
    await simulator.hangUp('first.1');
    const end = await simulator.find({ identity: 'first.1' });
    expect(end).toMatchObject({ state: 'ended', end: { disposition: 'no-answer' } });
    const place = readLedger(path)[0];
    const rest = Array.from({ length: 20_001 }, (_, index) => ({ ...place, identity: `${index}.1`, endpoint: '0008' }));
    appendFileSync(path, rest.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await pass(1_000);
    expect(await simulator.live()).toEqual([]);
    expect(await simulator.find({ identity: 'first.1' })).toEqual(end);
    expect(stepsOf(await followed(simulator, 'first.1'))).toEqual(['ended']);
  });
});
