import { didYouMean } from '../../../config/suggestion.ts';
import type { Mistakes } from '../../accepting/mistakes.ts';
import { searchablePair } from '../../../contract/search-attributes.ts';
import { canBeQuoted } from '../visibility.ts';

const PREFIX = 'callAdditionalData.';

/** As much of a name as an answer repeats, in characters. */
const LONGEST_NAME = 100;

/**
 * The `key=value` that calls must have, of `{"callAdditionalData.campaignId": "spring"}`.
 *
 * @param searchable keys that the organization's calls can be searched by
 * @param mistakes gets what is wrong: never the value itself, which may be private
 */
export function readDataFilters(filters: object, searchable: readonly string[], mistakes: Mistakes): string[] {
  return Object.entries(filters).flatMap(([name, value]: [string, unknown]) => {
    const path = `additionalDataFilters.${name.slice(0, LONGEST_NAME)}`;
    const refuse = (message: string): string[] => {
      mistakes.add(path, message);
      return [];
    };
    const key = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : null;
    if (key === null || !searchable.includes(key)) return refuse(unknownKey(name, searchable));
    if (value === null) return [];
    const wanted = searchablePair(key, value);
    if (wanted === null) return refuse('expected a text, a number or a boolean');
    if (canBeQuoted(wanted)) return [wanted];
    return refuse('expected no quotation marks, backslashes or control characters: Temporal cannot look for them');
  });
}

function unknownKey(name: string, searchable: readonly string[]): string {
  const known = searchable.map((key) => `${PREFIX}${key}`);
  const list = known.length === 0 ? 'none' : known.map((one) => `\`${one}\``).join(', ');
  return `cannot be searched by${didYouMean(name.slice(0, LONGEST_NAME), known)}: \`searchable\` of your organization allows ${list}`;
}
