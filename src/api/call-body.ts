import { z } from 'zod';
import { nearestName } from '../config/suggestion.ts';
import type { BodyMistake } from './problem.ts';

/** The fields of a call as they are sent; `null` means the same as leaving a field out. */
const fields = {
  endpoint: z.string().min(1),
  additionalData: z.record(z.string(), z.unknown()).nullish(),
  priority: z.int32().nullish(),
  callDeadline: z.string().nullish(),
  callDeadLine: z.string().nullish(),
  timezone: z.string().nullish(),
  overrideOutboundConfig: z
    .strictObject({
      phoneNumber: z.string().nullish(),
      credentialsId: z.string().nullish(),
      displayName: z.string().nullish(),
    })
    .nullish(),
  scheduledTime: z.string().nullish(),
};

const callBody = z.strictObject(fields);

/** One call of a request, its fields of the right type; what they say is checked by `resolveCall`. */
export type CallBody = z.output<typeof callBody>;

/** The most bytes of JSON that one call may have: its workflow's history holds it several times over. */
const MOST_BYTES = 64 * 1024;

/** What one item of a request is, or everything that is wrong with it. */
export function readCallBody(item: unknown, index: number | null): CallBody | BodyMistake[] {
  const parsed = callBody.safeParse(item, { error: inOurWords });
  if (!parsed.success) return parsed.error.issues.flatMap((issue) => toMistakes(issue, index));
  const bytes = Buffer.byteLength(JSON.stringify(item));
  if (bytes <= MOST_BYTES) return parsed.data;
  return [{ index, path: '', message: `expected at most 64 KB of JSON a call, got ${Math.ceil(bytes / 1024)} KB` }];
}

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
function toMistakes(issue: z.core.$ZodIssue, index: number | null): BodyMistake[] {
  if (issue.code !== 'unrecognized_keys') return [{ index, path: pathText(issue.path), message: issue.message }];
  const known =
    issue.path.length === 0 ? Object.keys(fields) : Object.keys(fields.overrideOutboundConfig.unwrap().unwrap().shape);
  return issue.keys.map((key) => {
    const meant = nearestName(key, known);
    const hint = meant === null ? `: known are ${known.join(', ')}` : `: did you mean \`${meant}\`?`;
    return { index, path: pathText([...issue.path, key]), message: `unknown field${hint}` };
  });
}

const pathText = (path: readonly PropertyKey[]): string => path.map((step) => String(step).slice(0, 100)).join('.');
