import type { WorkflowExecutionInfo } from '@temporalio/client';
import { executionInfoFromRaw } from '@temporalio/client/lib/helpers.js';
import { type ApiDeps, step } from '../context.ts';

/** What a workflow tells of itself in a list, its memo included. */
export type ListedWorkflow = WorkflowExecutionInfo;

/** Some rows of a walk, and where it goes on. */
export interface VisibilityPage {
  readonly rows: readonly ListedWorkflow[];
  /** For the next page; empty where there is none. */
  readonly token: Uint8Array;
}

const NO_TOKEN: Uint8Array = new Uint8Array();

/** The most rows that Temporal lists at once. */
export const MOST_ROWS_AT_ONCE = 1_000;

/**
 * One page of a list, newest first: what runs, then what ended last.
 *
 * @param pageSize 1 to 1,000
 * @param token of the page before; empty for the first
 */
export async function readPage(
  deps: ApiDeps,
  query: string,
  pageSize: number,
  token: Uint8Array = NO_TOKEN,
): Promise<VisibilityPage> {
  const { client } = deps;
  const { namespace, loadedDataConverter } = client.options;
  const { executions, nextPageToken } = await step(deps, () =>
    client.workflowService.listWorkflowExecutions({ namespace, query, pageSize, nextPageToken: token }),
  );
  const rows = await Promise.all(
    executions.map((raw) => executionInfoFromRaw(raw, loadedDataConverter, raw, namespace) as Promise<ListedWorkflow>),
  );
  return { rows, token: nextPageToken };
}

/** Every row of a list, a page at a time. */
export async function* walkPages(deps: ApiDeps, query: string): AsyncGenerator<readonly ListedWorkflow[]> {
  let token = NO_TOKEN;
  do {
    const page = await readPage(deps, query, MOST_ROWS_AT_ONCE, token);
    yield page.rows;
    token = page.token;
  } while (token.length > 0);
}

/** How many workflows a query finds. */
export async function countWorkflows(deps: ApiDeps, query: string): Promise<number> {
  const { count } = await step(deps, () => deps.client.workflow.count(query));
  return count;
}

/**
 * Whether a text can be looked for. Temporal passes quotation marks, backslashes and control characters on to its store in
 * an escaped form that not every store reads: SQLite takes some for the end of the text, and never finds the others.
 */
// eslint-disable-next-line no-control-regex -- they are what is meant
export const canBeQuoted = (text: string): boolean => !/[\u0000-\u001f\u007f"\\]/.test(text);
