import { z } from 'zod';
import { nearestName } from '../../config/suggestion.ts';
import type { Mistakes } from './mistakes.ts';

const override = {
  phoneNumber: z.string().nullish(),
  credentialsId: z.string().nullish(),
  displayName: z.string().nullish(),
};

/** The fields of a call as they are sent; `null` means the same as leaving a field out. */
const fields = {
  endpoint: z.string().min(1),
  additionalData: z.record(z.string(), z.unknown()).nullish(),
  priority: z.int32().nullish(),
  callDeadline: z.string().nullish(),
  callDeadLine: z.string().nullish(),
  timezone: z.string().nullish(),
  overrideOutboundConfig: z.strictObject(override).nullish(),
  scheduledTime: z.string().nullish(),
};

const FIELDS = Object.keys(fields);
const OVERRIDE_FIELDS = Object.keys(override);

const callBody = z.strictObject(fields);

/**
 * One call of a request, its fields of the right type; what they say is checked by `resolveCall`. A field that is not in it
 * was left out, or is among the mistakes; in `overrideOutboundConfig` it may be wrong and is among the mistakes.
 */
export type CallBody = Partial<z.output<typeof callBody>>;

/** The most bytes of JSON that one call may have: its workflow's history holds it several times over. */
const MOST_BYTES = 64 * 1024;

/** The most objects and arrays within each other: JSON is written recursively, here and wherever the call goes. */
const MOST_LEVELS = 100;

/** What one item of a request says, as far as it is right; null for one that is not looked into: no object, or too large. */
export function readCallBody(item: unknown, mistakes: Mistakes): CallBody | null {
  if (isTooDeep(item)) {
    mistakes.add('', `expected at most ${MOST_LEVELS} objects and arrays within each other`);
    return null;
  }
  const bytes = Buffer.byteLength(JSON.stringify(item) ?? '');
  if (bytes > MOST_BYTES) {
    mistakes.add('', `expected at most 64 KB of JSON a call, got ${Math.ceil(bytes / 1024)} KB`);
    return null;
  }
  const parsed = callBody.safeParse(item, { error: inOurWords });
  for (const issue of parsed.error?.issues ?? []) addIssue(issue, mistakes);
  return isObject(item) ? rightFields(item, mistakes) : null;
}

/** Whether a call would be refused for its depth. */
export const isTooDeep = (item: unknown): boolean => isDeeper(item, MOST_LEVELS);

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** Those that have no mistake: they are checked further, so that all mistakes are told at once. */
const rightFields = (item: Record<string, unknown>, mistakes: Mistakes): CallBody =>
  Object.fromEntries(
    FIELDS.filter((name) => Object.hasOwn(item, name) && !mistakes.at(name)).map((name) => [name, item[name]]),
  );

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const KINDS: Partial<Record<string, string>> = {
  string: 'expected a string',
  int: 'expected a whole number',
  number: 'expected a whole number from -2147483648 to 2147483647',
  object: 'expected an object',
  record: 'expected an object',
};

/** What was expected and of which kind the value is: never the value, which may be private. */
const inOurWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type') {
    const expected = KINDS[issue.expected] ?? `expected ${issue.expected}`;
    return issue.input === undefined ? `${expected}: it is missing` : `${expected}, got ${kindOf(issue.input)}`;
  }
  if (issue.code === 'too_small' && issue.origin === 'string') return 'expected at least 1 character';
  if (issue.code === 'too_small' || issue.code === 'too_big') return KINDS.number;
  return undefined;
};

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a number that is not whole';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** One mistake an issue, and one for each key that is not known. */
function addIssue(issue: z.core.$ZodIssue, mistakes: Mistakes): void {
  if (issue.code !== 'unrecognized_keys') return mistakes.add(pathText(issue.path), issue.message);
  const known = issue.path.length === 0 ? FIELDS : OVERRIDE_FIELDS;
  for (const key of issue.keys) mistakes.add(pathText([...issue.path, key]), () => unknownField(key, known));
}

function unknownField(key: string, known: readonly string[]): string {
  const meant = nearestName(key.slice(0, LONGEST_NAME), known);
  return `unknown field${meant === null ? `: known are ${known.join(', ')}` : `: did you mean \`${meant}\`?`}`;
}

/** As much of a name as an answer repeats, in characters. */
const LONGEST_NAME = 100;

const pathText = (path: readonly PropertyKey[]): string =>
  path.map((step) => String(step).slice(0, LONGEST_NAME)).join('.');
