import { appendFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

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
  timesOf,
  written,
} from './simulator-support.ts';

holdClock();

describe('following', () => {
  test('starts from where the call stands', async () => {
    const path = newLedgerPath();
    const simulator = openSimulator(path, { speed: 1 });
    await simulator.place(request('a.1', '0001'));
    await pass(10_000);
    const late = following(simulator, 'a.1');
    await pass(0);
    expect(late.progress).toEqual([{ step: 'answered', time: after(4_000) }]);
    expect(written(path)).toEqual(['place a.1', 'ringing a.1', 'answered a.1']);
    await pass(24_000);
    await late.done;
    expect(stepsOf(await followed(simulator, 'a.1'))).toEqual(['ended']);
  });

  test('misses nothing that happens while its last news is being dealt with', async () => {
    const simulator = openSimulator(newLedgerPath(), { speed: 1 });
    await simulator.place(request('a.1', '0001'));
    const steps = simulator.follow('a.1', new AbortController().signal)[Symbol.asyncIterator]();
    expect(await steps.next()).toMatchObject({ value: { step: 'ringing' } });
    await simulator.hangUp('a.1');
    expect(await steps.next()).toMatchObject({ value: { step: 'ended', end: { disposition: 'no-answer' } } });
    expect(await steps.next()).toMatchObject({ done: true });
  });

  test('ends without `ended` when its signal aborts, and the call goes on', async () => {
    const path = newLedgerPath();
    const simulator = openSimulator(path, { speed: 1 });
    await simulator.place(request('a.1', '0001'));
    const abort = new AbortController();
    const { progress, done } = following(simulator, 'a.1', abort.signal);
    await pass(1_000);
    abort.abort();
    await done;
    expect(stepsOf(progress)).toEqual(['ringing']);
    expect(await simulator.live()).toEqual(['a.1']);
    expect(written(path)).toEqual(['place a.1', 'ringing a.1']);
    expect(await followed(simulator, 'a.1', abort.signal)).toEqual([]);
  });

  test('ends without `ended` when the simulator closes', async () => {
    const simulator = openSimulator(newLedgerPath(), { speed: 1 });
    await simulator.place(request('a.1', '0001'));
    const { progress, done } = following(simulator, 'a.1');
    await pass(1_000);
    simulator.close();
    await done;
    expect(stepsOf(progress)).toEqual(['ringing']);
  });
});

describe('hanging up', () => {
  test('on a call that rings ends it as no-answer, then', async () => {
    const path = newLedgerPath();
    const simulator = openSimulator(path, { speed: 1 });
    await simulator.place(request('a.1', '0001'));
    const { progress, done } = following(simulator, 'a.1');
    await pass(2_500);
    await simulator.hangUp('a.1');
    await done;
    expect(progress.at(-1)).toMatchObject({
      step: 'ended',
      end: { answeredTime: null, endedTime: after(2_500), disposition: 'no-answer', providerCode: '487' },
    });
    expect(written(path)).toEqual(['place a.1', 'ringing a.1', 'hang-up a.1', 'ended a.1']);
  });

  test('on a call that talks ends it as answered, then', async () => {
    const simulator = openSimulator(newLedgerPath(), { speed: 1 });
    await simulator.place(request('a.1', '0001'));
    await pass(10_000);
    await simulator.hangUp('a.1');
    expect(await simulator.find({ identity: 'a.1' })).toMatchObject({
      state: 'ended',
      end: { answeredTime: after(4_000), endedTime: after(10_000), disposition: 'answered', providerCode: '200' },
    });
  });

  test('by another process ends the follow here within a tenth of a second', async () => {
    const path = newLedgerPath();
    const [here, there] = [openSimulator(path, { speed: 1 }), openSimulator(path, { speed: 1 })];
    await here.place(request('a.1', '0001'));
    const { progress, done } = following(here, 'a.1');
    await pass(2_550);
    await there.hangUp('a.1');
    await pass(100);
    await done;
    expect(progress.at(-1)).toMatchObject({ end: { disposition: 'no-answer', endedTime: after(2_550) } });
    expect(written(path)).toEqual(['place a.1', 'ringing a.1', 'hang-up a.1', 'ended a.1']);
  });

  test('writes what happened before to a call that nobody followed', async () => {
    const path = newLedgerPath();
    const simulator = openSimulator(path, { speed: 1 });
    await simulator.place(request('a.1', '0001'));
    await pass(10_000);
    await simulator.hangUp('a.1');
    expect(timesOf(path, 'ringing', 'answered', 'ended')).toEqual([
      ['ringing', NOW],
      ['answered', after(4_000)],
      ['ended', after(10_000)],
    ]);
  });

  test('on a call that is over, unknown or hung up on already is on the record and does nothing', async () => {
    const path = newLedgerPath();
    const simulator = openSimulator(path, { speed: 1 });
    await simulator.place(request('a.1', '0002'));
    await simulator.place(request('b.1', '0001'));
    await pass(2_000);
    const before = await simulator.find({ identity: 'a.1' });
    await simulator.hangUp('b.1');
    await pass(1_000);
    for (const identity of ['a.1', 'b.1', 'c.1']) await simulator.hangUp(identity);
    expect(await simulator.find({ identity: 'a.1' })).toEqual(before);
    expect(await simulator.find({ identity: 'b.1' })).toMatchObject({ end: { endedTime: after(2_000) } });
    expect(await simulator.find({ identity: 'c.1' })).toEqual({ state: 'never-placed' });
    expect(timesOf(path, 'hang-up')).toHaveLength(4);
    expect(timesOf(path, 'ended')).toHaveLength(2);
  });

  test('counts from the line that says so, however late a frozen process writes it, and never undoes what is written', async () => {
    const path = newLedgerPath();
    const simulator = openSimulator(path, { speed: 1 });
    for (const identity of ['a.1', 'b.1']) await simulator.place(request(identity, '0001'));
    const { progress, done } = following(simulator, 'a.1');
    await pass(5_000); // the ledger has `answered` for a.1, not for b.1
    for (const identity of ['a.1', 'b.1']) {
      appendFileSync(path, `${JSON.stringify(eventLine('hang-up', identity, after(3_000)))}\n`);
    }
    await pass(100);
    await done;
    expect(progress.at(-1)).toMatchObject({ end: { disposition: 'answered', endedTime: after(4_000) } });
    expect(await simulator.find({ identity: 'b.1' })).toMatchObject({
      end: { disposition: 'no-answer', endedTime: after(3_000) },
    });
    appendFileSync(path, `${JSON.stringify(eventLine('hang-up', 'b.1', after(1_000)))}\n`);
    expect(await simulator.find({ identity: 'b.1' })).toMatchObject({ end: { endedTime: after(3_000) } });
  });

  test('comes before an end that another process, which had not seen it, wrote after it', async () => {
    const path = newLedgerPath();
    const simulator = openSimulator(path, { speed: 1 });
    await simulator.place(request('a.1', '0002'));
    await pass(2_000);
    for (const line of [
      eventLine('hang-up', 'a.1', after(400), { endpoint: '+14155550002' }),
      eventLine('ended', 'a.1', after(1_000), { endpoint: '+14155550002', disposition: 'busy' }),
    ]) {
      appendFileSync(path, `${JSON.stringify(line)}\n`);
    }
    expect(await simulator.find({ identity: 'a.1' })).toMatchObject({
      end: { disposition: 'no-answer', endedTime: after(400) },
    });
    expect(timesOf(path, 'ended')).toEqual([
      ['ended', after(1_000)],
      ['ended', after(400)],
    ]);
  });
});
