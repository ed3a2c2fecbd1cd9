import type { z } from 'zod';
import { nearestName } from '../config/suggestion.ts';
import type { Mistakes } from './accepting/mistakes.ts';

const KINDS: Partial<Record<string, string>> = {
  string: 'expected a string',
  int: 'expected a whole number',
  number: 'expected a whole number from -2147483648 to 2147483647',
  object: 'expected an object',
  record: 'expected an object',
};

/** What was expected and of which kind the value is: never the value, which may be private. */
export const inOurWords: z.core.$ZodErrorMap = (issue) => {
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

/**
 * One mistake an issue, and one for each key that is not known.
 *
 * @param knownAt the fields of the object at a path
 */
export function addIssues(
  issues: readonly z.core.$ZodIssue[],
  knownAt: (path: readonly PropertyKey[]) => readonly string[],
  mistakes: Mistakes,
): void {
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') {
      mistakes.add(pathText(issue.path), issue.message);
      continue;
    }
    const known = knownAt(issue.path);
    for (const key of issue.keys) mistakes.add(pathText([...issue.path, key]), () => unknownField(key, known));
  }
}

function unknownField(key: string, known: readonly string[]): string {
  const meant = nearestName(key.slice(0, LONGEST_NAME), known);
  return `unknown field${meant === null ? `: known are ${known.join(', ')}` : `: did you mean \`${meant}\`?`}`;
}

/** As much of a name as an answer repeats, in characters. */
const LONGEST_NAME = 100;

const pathText = (path: readonly PropertyKey[]): string =>
  path.map((step) => String(step).slice(0, LONGEST_NAME)).join('.');
