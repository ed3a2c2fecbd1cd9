import type { ApiDeps } from '../../context.ts';
import { type ListedWorkflow, MOST_ROWS_AT_ONCE, readPage } from '../visibility.ts';

/** Some rows of a list of workflows. */
export interface WorkflowRows {
  readonly rows: readonly ListedWorkflow[];
  /** Of those that were to be skipped. */
  readonly skipped: number;
  /** Temporal's token for what comes next, in Base64; null at the end. */
  readonly next: string | null;
}

/**
 * Rows of a list, up to exactly the last one that is wanted: there Temporal's token leads on.
 *
 * @param from the token to go on from; empty at the start
 */
export async function readRows(
  deps: ApiDeps,
  query: string,
  from: string,
  skip: number,
  take: number,
): Promise<WorkflowRows> {
  const rows: ListedWorkflow[] = [];
  let token: Uint8Array = Buffer.from(from, 'base64');
  for (let read = 0; read < skip + take;) {
    const page = await readPage(deps, query, Math.min(skip + take - read, MOST_ROWS_AT_ONCE), token);
    rows.push(...page.rows.slice(Math.max(0, skip - read)));
    read += page.rows.length;
    ({ token } = page);
    if (token.length === 0) return { rows, skipped: Math.min(skip, read), next: null };
  }
  return { rows, skipped: skip, next: Buffer.from(token).toString('base64') };
}
