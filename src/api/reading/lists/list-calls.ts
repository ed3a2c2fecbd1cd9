import { toInstant } from '../../../domain/instant.ts';
import type { ApiDeps } from '../../context.ts';
import { countWorkflows } from '../visibility.ts';
import { type CallFilter, heldFilter, visibilityQuery } from './call-filter.ts';
import { findHeldBatches, type HeldBatches } from './held-batches.ts';
import { countHeldCalls, type HeldPlace, readHeldCalls } from './held-calls.ts';
import { fromVisibility, type ListedCall } from './listed-call.ts';
import { type PagedList, type PageRequest, readPagedList, type Walkable } from './paged-list.ts';
import { readRows } from './workflow-rows.ts';

/**
 * Where a walk over a list stands. Calls that have not started come first: page after page, so that one that starts
 * meanwhile is still met among the workflows, which come next, those that run before those that ended. Calls that never
 * will start, of batches that have started all others, come last.
 */
export type ListPosition =
  | { readonly part: 'starting' | 'over'; readonly from: HeldPlace | null }
  /** With the token that Temporal gave for the page, in Base64; empty for the first. */
  | { readonly part: 'workflows'; readonly token: string };

const LIST_START: ListPosition = { part: 'starting', from: null };

/** Which rows of a list. */
export interface ListRange {
  readonly position: ListPosition;
  /** From the position on. */
  readonly skip: number;
  readonly take: number;
}

/** Some rows of a list. */
export interface ListRows {
  readonly rows: readonly ListedCall[];
  /** Where the list goes on; null at its end. */
  readonly next: ListPosition | null;
}

/** A part of the rows that were asked for. */
interface Part extends ListRows {
  /** Of the rows that were to be skipped. */
  readonly skipped: number;
}

/** One look at an organization's calls: those that have a workflow, and those that a page answers for. */
export class CallList implements Walkable<ListPosition, ListedCall> {
  readonly start = LIST_START;
  readonly #deps: ApiDeps;
  readonly #filter: CallFilter;
  readonly #held: HeldBatches;
  readonly #now = toInstant(Date.now());

  private constructor(deps: ApiDeps, filter: CallFilter, held: HeldBatches) {
    this.#deps = deps;
    this.#filter = filter;
    this.#held = held;
  }

  static async open(deps: ApiDeps, filter: CallFilter): Promise<CallList> {
    return new CallList(deps, filter, await findHeldBatches(deps, filter));
  }

  /** How many calls there are. */
  async count(): Promise<number> {
    const counts = await Promise.all([
      countHeldCalls(this.#deps, this.#held.starting, this.#asked('starting')),
      countCalls(this.#deps, this.#filter),
      this.#countOver(),
    ]);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** A page past the end has no rows. */
  async read({ position, skip, take }: ListRange): Promise<ListRows> {
    const rows: ListedCall[] = [];
    let next: ListPosition | null = position;
    let toSkip = skip;
    while (next !== null && rows.length < take) {
      const part: Part = await this.#readPart({ position: next, skip: toSkip, take: take - rows.length });
      rows.push(...part.rows);
      toSkip -= part.skipped;
      next = part.next ?? this.#after(next);
    }
    return { rows, next };
  }

  async #readPart({ position, skip, take }: ListRange): Promise<Part> {
    if (position.part === 'workflows') {
      const found = await readRows(this.#deps, visibilityQuery(this.#filter), position.token, skip, take);
      const rows = found.rows.map(fromVisibility).filter((row) => row !== null);
      return { ...found, rows, next: found.next === null ? null : { part: 'workflows', token: found.next } };
    }
    const { part, from } = position;
    const held = await readHeldCalls(this.#deps, this.#held[part], this.#asked(part), { from, skip, take });
    return { ...held, next: held.next === null ? null : { part, from: held.next } };
  }

  #after({ part }: ListPosition): ListPosition | null {
    if (part === 'starting') return { part: 'workflows', token: '' };
    return part === 'workflows' && this.#held.over.length > 0 ? { part: 'over', from: null } : null;
  }

  async #countOver(): Promise<number> {
    const { over } = this.#held;
    const { searchable, fromDate, toDate } = this.#filter;
    if (searchable?.length || fromDate !== undefined || toDate !== undefined) {
      return await countHeldCalls(this.#deps, over, this.#asked('over'));
    }
    // They have counted them: to ask their pages would replay them, which takes most of a second each.
    return over.reduce((sum, { unstarted }) => sum + unstarted, 0);
  }

  /** Where nothing more starts, all held calls are canceled, whatever a page says that was terminated. */
  #asked(part: keyof HeldBatches): ReturnType<typeof heldFilter> {
    return heldFilter(part === 'over' ? { ...this.#filter, statuses: undefined } : this.#filter, this.#now);
  }
}

/** A page of an organization's calls, newest first. */
export const listCalls = async (deps: ApiDeps, filter: CallFilter, page: PageRequest): Promise<PagedList<ListedCall>> =>
  await readPagedList(deps, { list: 'calls', ...normalize(filter) }, await CallList.open(deps, filter), page);

/** Two filters that ask for the same are the same. */
const normalize = ({ agentIds, statuses, searchable, ...filter }: CallFilter): Record<string, unknown> => ({
  agentIds: sorted(agentIds),
  statuses: sorted(statuses),
  searchable: sorted(searchable),
  ...Object.fromEntries(Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1))),
});

const sorted = (values: readonly string[] | undefined): readonly string[] => [...new Set(values)].sort();

/** How many calls that have a workflow there are of a kind. */
export const countCalls = (deps: ApiDeps, filter: CallFilter): Promise<number> =>
  countWorkflows(deps, visibilityQuery(filter));
