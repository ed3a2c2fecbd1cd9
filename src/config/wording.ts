import type { z } from 'zod';
import type { Mistake, Path } from './path.ts';
import { didYouMean } from './suggestion.ts';

/**
 * Zod's issues in the words of `outdial.yaml`: what was expected, and what was got. Where a schema has its own message it
 * is kept.
 */
export const inOurWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'string' && ['number', 'boolean'].includes(typeof issue.input)
        ? 'expected text in quotes'
        : (KINDS[issue.expected] ?? `expected ${issue.expected}`);
    case 'too_small':
    case 'too_big':
      return limit(issue);
    case 'invalid_value':
      return `expected ${issue.values.map((value) => `\`${String(value)}\``).join(' or ')}`;
    case 'invalid_union':
      return Array.isArray(issue.options)
        ? `expected a type that is known (${issue.options.join(', ')})`
        : 'expected a value that JSON can hold';
    case 'custom':
      return isUnknownKey(issue) ? 'unknown key' : undefined;
    default:
      return undefined;
  }
};

const KINDS: Partial<Record<string, string>> = {
  string: 'expected text',
  number: 'expected a number',
  int: 'expected a whole number',
  boolean: 'expected true or false',
  array: 'expected a list',
  object: 'expected a mapping',
  record: 'expected a mapping',
};

const UNITS: Partial<Record<string, string>> = { string: ' characters', array: ' items' };

function limit(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig>): string {
  const unit = UNITS[issue.origin] ?? '';
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}${unit}`;
  if (unit !== '' && issue.minimum === 1) return unit === ' items' ? 'expected at least one' : 'expected some text';
  return issue.inclusive === false
    ? `expected more than ${issue.minimum}`
    : `expected at least ${issue.minimum}${unit}`;
}

const isUnknownKey = (issue: { params?: Record<string, unknown> }): issue is { params: { known: string[] } } =>
  Array.isArray(issue.params?.known);

/**
 * Completes an issue with what was got, or with the key that was meant.
 *
 * @param root The data that was checked.
 * @param isHidden Whether the value at a path must not be shown.
 */
export function toMistake(issue: z.core.$ZodIssue, root: unknown, isHidden: (path: Path) => boolean): Mistake {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  const value = valueAt(root, path);
  const { message } = issue;
  if (issue.code === 'custom' && isUnknownKey(issue)) return unknownKey(path, issue.params.known, isHidden);
  if (!message.startsWith('expected') || (issue.code === 'custom' && isCollection(value))) return { path, message };
  if (!isHidden(path)) return { path, message: `${message}, got ${show(value)}` };
  return { path, message: typeof value === 'string' ? message : `${message}, got ${kindOf(value)}` };
}

function unknownKey(path: Path, known: readonly string[], isHidden: (path: Path) => boolean): Mistake {
  const hint = didYouMean(String(path.at(-1)), known);
  if (hint !== '') return { path, message: `unknown key${hint}` };
  // Without its quotes or its colon a secret is easily taken for a key.
  if (isHidden(path)) return { path: path.slice(0, -1), message: `unknown key among ${known.join(', ')}` };
  return { path, message: `unknown key: expected one of ${known.join(', ')}` };
}

const isCollection = (value: unknown): value is object => typeof value === 'object' && value !== null;

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (!isCollection(value) || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

const LONGEST_SHOWN = 60;

function show(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value);
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`;
}
