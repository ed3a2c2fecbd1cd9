import { z } from 'zod';
import { addIssues, inOurWords } from '../body-words.ts';
import type { Mistakes } from './mistakes.ts';

const override = {
  phoneNumber: z.string().min(1).nullish(),
  credentialsId: z.string().nullish(),
  displayName: z.string().min(1).nullish(),
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
const fieldsAt = (path: readonly PropertyKey[]): readonly string[] => (path.length === 0 ? FIELDS : OVERRIDE_FIELDS);

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
  addIssues(parsed.error?.issues ?? [], fieldsAt, mistakes);
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
