import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import { readLedger } from '../../src/dialers/simulator/ledger.ts';
import { auditLedger } from '../support/ledger-audit.ts';
import { followed, newLedgerPath, openSimulator, request } from './simulator-support.ts';

/** Places as many calls as it is told to as fast as it can, says so, and lives on. */
const CARRIER = `
import { createSimulator } from './simulator.mjs';
const [name, ledgerPath, speed, calls] = process.argv.slice(2);
const simulator = createSimulator({ trunk: 'demo', ledgerPath, speed: Number(speed) });
const rest = { endpoint: '+14155550001', callerId: null, displayName: null, ringTimeoutMs: 45000, maxDurationMs: 3600000 };
process.once('message', async () => {
  for (let call = 0; call < Number(calls); call++) await simulator.place({ identity: name + '-' + call + '.1', ...rest });
  process.send('placed');
});
process.send('ready');
`;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outdial-carrier-'));
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(import.meta.dirname, '../../src/dialers/simulator/dialer.ts'),
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: 'simulator.mjs' } },
    },
  });
  writeFileSync(join(folder, 'carrier.mjs'), CARRIER);
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true }));

async function startCarrier(name: string, ledgerPath: string, speed: number, calls: number): Promise<ChildProcess> {
  const carrier = fork(join(folder, 'carrier.mjs'), [name, ledgerPath, `${speed}`, `${calls}`], { execArgv: [] });
  onTestFinished(() => void carrier.kill('SIGKILL'));
  await once(carrier, 'message');
  return carrier;
}

test('a call placed by a process that is killed right then is live at the carrier, for another to hang up on', async () => {
  const path = newLedgerPath();
  const carrier = await startCarrier('a', path, 1, 1);
  const survivor = openSimulator(path, { speed: 1 });
  expect(await survivor.find({ identity: 'a-0.1' })).toEqual({ state: 'never-placed' });
  carrier.send('go');
  await once(carrier, 'message');
  carrier.kill('SIGKILL');
  expect(await survivor.find({ identity: 'a-0.1' })).toMatchObject({ state: 'live' });
  await survivor.hangUp('a-0.1');
  expect((await followed(survivor, 'a-0.1')).at(-1)).toMatchObject({ step: 'ended', end: { providerCode: '487' } });
  expect(auditLedger(readLedger(path))).toMatchObject({ dials: 1, dialedTwice: [], withoutEnd: [] });
});

test('processes that write at the same time lose no line, and see all of one another', async () => {
  const path = newLedgerPath();
  const [own, calls] = [openSimulator(path, { speed: 1 }), 1_000];
  const carriers = await Promise.all(['a', 'b'].map((name) => startCarrier(name, path, 1, calls)));
  const placed = carriers.map((carrier) => once(carrier, 'message'));
  for (const carrier of carriers) carrier.send('go');
  for (let call = 0; call < calls; call++) await own.place(request(`own-${call}.1`, '0001'));
  await Promise.all(placed);
  const expected = ['a', 'b', 'own'].flatMap((name) => Array.from({ length: calls }, (_, call) => `${name}-${call}.1`));
  const places = readLedger(path).filter(({ event }) => event === 'place');
  expect(places.map(({ identity }) => identity).sort()).toEqual([...expected].sort());
  expect([...(await own.live())].sort()).toEqual([...expected].sort());
});

test('two simulators in one process that write in turn lose no line', async () => {
  const path = newLedgerPath();
  const [one, other] = [openSimulator(path, { speed: 1 }), openSimulator(path, { speed: 1 })];
  await Promise.all(
    Array.from({ length: 200 }, (_, index) => (index % 2 ? one : other).place(request(`${index}.1`, '0001'))),
  );
  expect(readLedger(path)).toHaveLength(200);
  expect([...(await one.live())].sort()).toEqual([...(await other.live())].sort());
});
