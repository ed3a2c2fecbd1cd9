import { v7 as uuidv7, validate } from 'uuid';
import { contactOf } from '../../config/secret.ts';
import type { Instant } from '../../contract/call.ts';
import { suppressionImportId } from '../../contract/ids.ts';
import {
  type ImportMemo,
  type PackedNumber,
  startImportOptions,
  type SuppressionImport,
} from '../../contract/suppression-import.ts';
import { mapInTurns } from '../accepting/turns.ts';
import { type ApiDeps, step } from '../context.ts';
import { describeWorkflow } from '../../temporal/describe-workflow.ts';
import { notFound, tooLarge } from '../problem.ts';
import { type ImportedNumber, readImportBody } from './import-body.ts';
import { openList } from './suppress.ts';

/** How far an import has come. */
export interface ImportView {
  readonly importId: string;
  readonly total: number;
  readonly done: number;
  /** Null while it goes on, and for one that an operator has stopped. */
  readonly completedTime: Instant | null;
}

/** As many bytes of JSON as Temporal takes of one workflow's input, with room for what it adds. */
const MOST_BYTES = 1_900_000;

/**
 * Begins to put many endpoints on an organization's do-not-call list: once this resolves, that is durable.
 *
 * @throws Problem 400 with every mistake of the body, 413 where it is too large
 */
export async function startImport(
  deps: ApiDeps,
  orgId: string,
  body: unknown,
): Promise<Omit<ImportView, 'completedTime'>> {
  const input = await pack(deps, orgId, await readImportBody(body, deps.configuration(), orgId));
  if (Buffer.byteLength(JSON.stringify(input)) > MOST_BYTES) {
    throw tooLarge('The reasons of the import are too long together: send several imports.');
  }
  const importId = uuidv7();
  await step(deps, () => openList(deps, orgId));
  await step(deps, () => deps.client.workflow.start('suppressionImport', startImportOptions(importId, input)));
  return { importId, total: input.numbers.length, done: 0 };
}

/** @throws Problem 404 when the organization has no such import */
export async function viewImport({ client }: ApiDeps, orgId: string, importId: string): Promise<ImportView> {
  const found = validate(importId) ? await describeWorkflow(client, suppressionImportId(orgId, importId)) : null;
  const { import: progress } = (found?.memo ?? {}) as Partial<ImportMemo>;
  if (found === null || progress?.orgId !== orgId) throw notFound('such import');
  const completedTime = found.status.name === 'COMPLETED' ? (found.closeTime?.toISOString() ?? null) : null;
  return { importId, total: progress.total, done: progress.done, completedTime };
}

/** Of an endpoint that is there twice, the last reason counts, in whichever order they are worked on. */
async function pack(deps: ApiDeps, orgId: string, numbers: readonly ImportedNumber[]): Promise<SuppressionImport> {
  const reasonOf = new Map(numbers.map(({ endpoint, reason }) => [endpoint, reason]));
  const reasons = [...new Set(reasonOf.values())].filter((reason) => reason !== null);
  const indexOf = new Map(reasons.map((reason, index) => [reason, index]));
  const packed = await mapInTurns(numbers, ({ endpoint }): PackedNumber => {
    const { hash, masked } = contactOf(deps.secret, orgId, endpoint);
    return [hash, masked, indexOf.get(reasonOf.get(endpoint) ?? '') ?? null];
  });
  return { orgId, reasons, numbers: packed };
}
