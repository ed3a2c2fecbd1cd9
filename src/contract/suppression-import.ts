import { TypedSearchAttributes, WorkflowIdReusePolicy } from '@temporalio/common';
import { suppressionImportId } from './ids.ts';
import { ORG_ID } from './search-attributes.ts';
import { CALLS_QUEUE } from './task-queues.ts';

/** The most numbers of one import. */
export const MOST_IMPORTED = 10_000;

/** What `suppressionImport` is started with: packed, since Temporal takes 2 MB at the most. */
export interface SuppressionImport {
  readonly orgId: string;
  /** Each once. */
  readonly reasons: readonly string[];
  readonly numbers: readonly PackedNumber[];
}

/** A number's hash, the number for the Web UI, and the index of its reason; null without one. */
export type PackedNumber = readonly [hash: string, masked: string, reason: number | null];

/** How far an import has come. */
export interface ImportProgress {
  readonly orgId: string;
  readonly total: number;
  readonly done: number;
}

/** The memo of an import's workflow. */
export interface ImportMemo extends Record<string, unknown> {
  readonly import: ImportProgress;
}

/** How an import's workflow is started. */
export function startImportOptions(importId: string, input: SuppressionImport) {
  const { orgId, numbers } = input;
  const memo: ImportMemo = { import: { orgId, total: numbers.length, done: 0 } };
  return {
    workflowId: suppressionImportId(orgId, importId),
    taskQueue: CALLS_QUEUE,
    args: [input] as [SuppressionImport],
    memo,
    typedSearchAttributes: new TypedSearchAttributes([{ key: ORG_ID, value: orgId }]),
    workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    staticSummary: `${numbers.length} numbers for the do-not-call list of ${orgId}`,
  };
}
