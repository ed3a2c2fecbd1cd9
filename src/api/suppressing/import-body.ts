import { z } from 'zod';
import type { Configuration } from '../../config/configuration.ts';
import { MOST_IMPORTED } from '../../contract/suppression-import.ts';
import { BodyMistakes, Mistakes } from '../accepting/mistakes.ts';
import { mapInTurns } from '../accepting/turns.ts';
import { addIssues, inOurWords } from '../body-words.ts';
import { tooLarge } from '../problem.ts';
import { normalizeListed } from './endpoint.ts';

/** A number of an import. */
export interface ImportedNumber {
  /** Normalized. */
  readonly endpoint: string;
  readonly reason: string | null;
}

const fields = {
  endpoint: z.string().min(1),
  reason: z.string().max(100, 'expected at most 100 characters').nullish(),
};

const FIELDS = Object.keys(fields);

const item = z.strictObject(fields);

/**
 * The numbers of an import's body: objects, or endpoints alone.
 *
 * @throws Problem 400 with the mistakes of all of them, 413 for too many
 */
export async function readImportBody(
  body: unknown,
  configuration: Configuration,
  orgId: string,
): Promise<ImportedNumber[]> {
  const mistakes = new BodyMistakes();
  if (!Array.isArray(body) || body.length === 0) {
    const expected = Array.isArray(body) ? 'at least one endpoint' : 'an array of endpoints';
    new Mistakes(mistakes, null).add('', `expected ${expected}`);
    throw mistakes.toProblem(NOT_SUPPRESSED);
  }
  if (body.length > MOST_IMPORTED) {
    throw tooLarge(
      `An import holds at most ${MOST_IMPORTED} endpoints, this one ${body.length}: send several imports.`,
    );
  }
  const numbers = await mapInTurns(body, (one, index) =>
    readNumber(one, new Mistakes(mistakes, index), configuration, orgId),
  );
  if (mistakes.total > 0) throw mistakes.toProblem(NOT_SUPPRESSED);
  return numbers.filter((number) => number !== null);
}

const NOT_SUPPRESSED = 'nothing was suppressed';

function readNumber(
  given: unknown,
  mistakes: Mistakes,
  configuration: Configuration,
  orgId: string,
): ImportedNumber | null {
  const parsed = item.safeParse(typeof given === 'string' ? { endpoint: given } : given, { error: inOurWords });
  addIssues(parsed.error?.issues ?? [], () => FIELDS, mistakes);
  const endpoint = typeof given === 'string' ? given : endpointOf(given);
  if (endpoint === null || mistakes.at('endpoint')) return null;
  const checked = normalizeListed(configuration, orgId, endpoint);
  if (!checked.ok) mistakes.add('endpoint', checked.message);
  if (!checked.ok || !parsed.success) return null;
  return { endpoint: checked.normalized, reason: parsed.data.reason?.trim() || null };
}

/** It is checked even where something else is wrong, so that all mistakes are told at once. */
function endpointOf(given: unknown): string | null {
  const { endpoint } = (given ?? {}) as { readonly endpoint?: unknown };
  return typeof endpoint === 'string' ? endpoint : null;
}
