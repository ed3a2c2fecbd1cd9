import { z } from 'zod';
import { nearestName } from '../../../config/suggestion.ts';
import { type BodyMistake, Problem } from '../../problem.ts';
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
  const mistakes: BodyMistake[] = [];
  const parsed = searchBody.safeParse(body ?? {});
  for (const issue of parsed.error?.issues ?? []) mistakes.push(...toMistakes(issue));
  // Looked into even where something else is wrong, so that all mistakes are told at once.
  const { additionalDataFilters: filters } = (body ?? {}) as { additionalDataFilters?: unknown };
  const wanted = readDataFilters(isObject(filters) ? filters : {}, searchable, mistakes);
  if (!parsed.success || mistakes.length > 0) {
    const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`;
    throw new Problem(400, 'Invalid body', `The body has ${count}: nothing was searched for.`, { errors: mistakes });
  }
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

/** As much of a name as an answer repeats, in characters. */
const LONGEST_NAME = 100;

/** One mistake an issue, and one for each field that is not known. */
function toMistakes(issue: z.core.$ZodIssue): BodyMistake[] {
  if (issue.code !== 'unrecognized_keys') return [mistake(issue.path.join('.'), issue.message)];
  const known = Object.keys(fields);
  return issue.keys.map((key) => {
    const name = key.slice(0, LONGEST_NAME);
    const meant = nearestName(name, known);
    return mistake(
      name,
      `unknown field${meant === null ? `: known are ${known.join(', ')}` : `: did you mean \`${meant}\`?`}`,
    );
  });
}

const mistake = (path: string, message: string): BodyMistake => ({ index: null, path, message });

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
