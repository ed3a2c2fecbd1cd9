import { z } from 'zod';
import { BodyMistakes, Mistakes } from '../../accepting/mistakes.ts';
import { addIssues } from '../../body-words.ts';
import { callStatus, dateTime, name } from '../../query.ts';
import type { CallFilter } from '../lists/call-filter.ts';
import { MOST_SKIPPED } from '../lists/paged-list.ts';
import { readDataFilters } from './data-filters.ts';

const wholeNumber = (least: number, most: number) => {
  const error = `expected a whole number from ${least} to ${most}`;
  return z.int(error).min(least, error).max(most, error);
};

const list = <Item extends z.ZodType>(item: Item) =>
  z.array(item, 'expected an array').max(100, 'expected at most 100 of them').nullish();

/** Temporal's visibility has one order, and the same one in every store: {@link CallList}. */
const sortField = z.literal(
  'completedTime',
  'expected `completedTime`: Temporal lists calls by the time of their end, and has no other order',
);
const sortDirection = z.literal(
  'Descending',
  'expected `Descending`: Temporal lists the newest first, and has no other order',
);

/** `null` means the same as leaving a field out. */
const fields = {
  page: wholeNumber(0, MOST_SKIPPED).nullish(),
  size: wholeNumber(1, 1_000).nullish(),
  cursor: z.string('expected a text').nullish(),
  fromDate: dateTime.nullish(),
  toDate: dateTime.nullish(),
  callStatuses: list(callStatus),
  agentIds: list(name),
  additionalDataFilters: z.record(z.string(), z.unknown(), 'expected an object').nullish(),
  includeAggregations: z.boolean('expected `true` or `false`').nullish(),
  sortField: sortField.nullish(),
  sortDirection: sortDirection.nullish(),
};

const searchBody = z.strictObject(fields, 'expected an object');

/** What is searched for, and which page of it. */
export interface Search {
  readonly filter: Omit<CallFilter, 'orgId'>;
  readonly page: number;
  readonly size: number;
  readonly cursor: string | undefined;
  readonly includeAggregations: boolean;
}

/**
 * A search as it was sent.
 *
 * @param searchable keys that the organization's calls can be searched by
 * @throws Problem 400 with every mistake
 */
export function readSearch(body: unknown, searchable: readonly string[]): Search {
  const found = new BodyMistakes();
  const mistakes = new Mistakes(found, null);
  const parsed = searchBody.safeParse(body ?? {});
  addIssues(parsed.error?.issues ?? [], () => Object.keys(fields), mistakes);
  const { additionalDataFilters: filters } = (body ?? {}) as { additionalDataFilters?: unknown };
  // Looked into even where something else is wrong, so that all mistakes are told at once.
  const wanted = readDataFilters(isObject(filters) ? filters : {}, searchable, mistakes);
  if (!parsed.success || mistakes.any) throw found.toProblem('nothing was searched for');
  const { page, size, cursor, fromDate, toDate, callStatuses, agentIds, includeAggregations } = parsed.data;
  return {
    filter: {
      statuses: callStatuses ?? undefined,
      agentIds: agentIds ?? undefined,
      searchable: wanted,
      fromDate: fromDate ?? undefined,
      toDate: toDate ?? undefined,
    },
    page: page ?? 0,
    size: size ?? 20,
    cursor: cursor ?? undefined,
    includeAggregations: includeAggregations ?? false,
  };
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
