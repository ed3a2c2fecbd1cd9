import type { ApiDeps } from '../../context.ts';
import { badRequest } from '../../problem.ts';
import { type Bound, readCursor, writeCursor } from './cursor.ts';

/** How far a list can be skipped into: each thousand rows costs Temporal 0.2 s. */
export const MOST_SKIPPED = 10_000;

/** Which page of a list is asked for: so many rows on, or from where a cursor leads. */
export interface PageRequest {
  readonly skip: number;
  readonly take: number;
  readonly cursor?: string | undefined;
}

/** A page of a list. */
export interface PagedList<Row> {
  readonly rows: readonly Row[];
  /** As it was counted for the first page: a walk counts once. */
  readonly total: number;
  /** Leads to the next page; null at the end. */
  readonly nextCursor: string | null;
}

/** A list that can be walked. */
export interface Walkable<Position, Row> {
  readonly start: Position;
  count(): Promise<number>;
  read(range: { position: Position; skip: number; take: number }): Promise<{
    readonly rows: readonly Row[];
    readonly next: Position | null;
  }>;
}

interface CursorContent<Position> {
  readonly position: Position;
  readonly total: number;
}

/**
 * A page of a list.
 *
 * @param bound which list, of which organization, with which filter: a cursor is good for no other
 * @throws Problem 400 for a cursor of another list, or with `skip`
 */
export async function readPagedList<Position, Row>(
  { secret }: ApiDeps,
  bound: Bound,
  list: Walkable<Position, Row>,
  { skip, take, cursor }: PageRequest,
): Promise<PagedList<Row>> {
  const from = cursor === undefined ? null : (readCursor(secret, bound, cursor) as CursorContent<Position> | null);
  if (cursor !== undefined && from === null) {
    throw badRequest(
      '`cursor` does not belong to this list: send it as it was given, with the filters that it was given for.',
    );
  }
  const [total, { rows, next }] = await Promise.all([
    from === null ? list.count() : from.total,
    list.read({ position: from === null ? list.start : from.position, skip, take }),
  ]);
  const content: CursorContent<Position> | null = next === null ? null : { position: next, total };
  return { rows, total, nextCursor: content === null ? null : writeCursor(secret, bound, content) };
}

/**
 * @param names what the client calls the two
 * @throws Problem 400 where they reach too far, or a cursor already says where to go on
 */
export function checkReach({ skip, take, cursor }: PageRequest, names: { skip: string; take: string }): void {
  if (cursor !== undefined && skip > 0) {
    throw badRequest(`Send \`cursor\` or \`${names.skip}\`, not both: each says where the list goes on.`);
  }
  if (skip + take > MOST_SKIPPED && cursor === undefined) {
    throw badRequest(
      `\`${names.skip}\` and \`${names.take}\` reach at most ${MOST_SKIPPED} rows: go on with the \`cursor\` of the answer before.`,
    );
  }
}
