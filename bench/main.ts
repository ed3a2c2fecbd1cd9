/** `npm run bench`: measures what Outdial promises. `npm run bench -- accept per-call` measures these alone. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { accept } from './accept.ts';
import { acceptWhileDialing } from './accept-while-dialing.ts';
import { cancelRinging } from './cancel-ringing.ts';
import { dueTogether } from './due-together.ts';
import { hotReload } from './hot-reload.ts';
import { lineUse } from './line-use.ts';
import { perCall } from './per-call.ts';
import { type BenchResult, type Figure, machine, toTable } from './report.ts';
import { sleeping } from './sleeping.ts';
import { stopBatch } from './stop-batch.ts';
import { talking } from './talking.ts';
import { trunks } from './trunks.ts';

const BENCHES: Readonly<Record<string, () => Promise<Figure[]>>> = {
  accept,
  'per-call': perCall,
  talking,
  'line-use': lineUse,
  'cancel-ringing': cancelRinging,
  'accept-while-dialing': acceptWhileDialing,
  'stop-batch': stopBatch,
  'due-together': dueTogether,
  'hot-reload': hotReload,
  trunks,
  sleeping,
};

// What it has started listens for our exit, so that nothing is left behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const RESULTS = new URL('./results/latest.json', import.meta.url);

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in BENCHES));
if (process.platform !== 'linux') {
  fail('The bench reads CPU time and memory from /proc, so it runs on Linux only');
} else if (unknown.length > 0) {
  fail(`Expected some of ${Object.keys(BENCHES).join(', ')}, got ${unknown.join(', ')}`);
} else {
  await run(names.length === 0 ? Object.keys(BENCHES) : names);
}

async function run(selected: readonly string[]): Promise<void> {
  const results: BenchResult[] = [];
  const before = machine();
  for (const name of selected) {
    const started = performance.now();
    const figures = await measure(name);
    const result = { bench: name, seconds: (performance.now() - started) / 1_000, figures };
    results.push(result);
    console.log(`${toTable(result)}\n`);
    // After each: a run that is broken off has what it has measured.
    mkdirSync(new URL('.', RESULTS), { recursive: true });
    writeFileSync(RESULTS, `${JSON.stringify({ machine: before, results }, null, 2)}\n`);
  }
  console.log(`Written to ${fileURLToPath(RESULTS)}`);
}

/** A bench that fails leaves the others to be run. */
async function measure(name: string): Promise<readonly Figure[]> {
  try {
    return (await BENCHES[name]?.()) ?? [];
  } catch (error) {
    fail(`${name} failed: ${error instanceof Error ? error.stack : String(error)}`);
    return [];
  }
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
