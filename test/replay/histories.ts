import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import proto from '@temporalio/proto';
import type { History } from '../workflows/history.ts';

const Proto = proto.temporal.api.history.v1.History;

/** Where recorded histories are. */
export const HISTORIES = fileURLToPath(new URL('./histories/', import.meta.url));

/** Every recorded history, by the name of what it tells. */
export function readHistories(): ReadonlyMap<string, History> {
  const files = readdirSync(HISTORIES).filter((file) => file.endsWith('.json'));
  return new Map(files.map((file) => [basename(file, '.json'), readHistory(file)]));
}

const readHistory = (file: string): History =>
  Proto.fromObject(JSON.parse(readFileSync(join(HISTORIES, file), 'utf8')) as object);

/** Writes a history, without the paths of this machine that stacks bear; a replay does not look at them. */
export function writeHistory(name: string, history: History): void {
  const json = JSON.stringify(
    Proto.fromObject(history),
    (key, value: unknown) => (key === 'stackTrace' ? '' : value),
    1,
  );
  writeFileSync(join(HISTORIES, `${name}.json`), `${json}\n`);
}
