import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import proto from '@temporalio/proto';
import type { History } from '../workflows/history.ts';

const Proto = proto.temporal.api.history.v1.History;

/** Where recorded histories are: a folder for each recording. */
const HISTORIES = fileURLToPath(new URL('./histories/', import.meta.url));

/** Every recorded history, by when it was recorded and the name of what it tells: `2026-11-24/batch`. */
export function readHistories(): ReadonlyMap<string, History> {
  const files = readdirSync(HISTORIES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  return new Map(files.sort().map((file) => [file.replace(/\.json$/, ''), readHistory(file)]));
}

const readHistory = (file: string): History =>
  Proto.fromObject(JSON.parse(readFileSync(join(HISTORIES, file), 'utf8')) as object);

/** The folder of this recording, named for its time (the first ones for their day): earlier ones stay as they are. */
const RECORDING = new Date().toISOString().slice(0, 16).replace(':', '');

/** Writes a history of this recording, without the paths of this machine that stacks bear; a replay does not look at them. */
export function writeHistory(name: string, history: History): void {
  const json = JSON.stringify(
    Proto.fromObject(history),
    (key, value: unknown) => (key === 'stackTrace' ? '' : value),
    1,
  );
  const file = join(HISTORIES, RECORDING, `${name}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${json}\n`);
}
