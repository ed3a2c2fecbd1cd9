import { checkCredentials, isPrivateSetting } from './credentials.ts';
import { crossCheck } from './cross-checks.ts';
import { ConfigurationError } from './error.ts';
import { type Mistake, type Path, pathText } from './path.ts';
import { configurationSchema, type ParsedConfiguration } from './schema.ts';
import { inOurWords, toMistake } from './wording.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

/**
 * The text of an `outdial.yaml` as checked data.
 *
 * @throws {ConfigurationError} with every mistake, in the order of the file. One that is not valid YAML is read no
 * further.
 */
export function checkConfiguration(text: string, env: NodeJS.ProcessEnv, fileName: string): ParsedConfiguration {
  const source = readYaml(text, env);
  if (source.value === undefined) throw new ConfigurationError(fileName, inWords(source.mistakes, source));

  const parsed = configurationSchema.safeParse(source.value, { error: inOurWords });
  const isHidden = (path: Path) => isPrivate(path) || source.isFromEnvironment(path);
  const mistakes = [
    ...source.mistakes,
    ...(parsed.error?.issues ?? []).map((issue) => toMistake(issue, source.value, isHidden)),
    ...crossCheck(source.value),
    ...checkCredentials(source),
  ];
  if (!parsed.success || mistakes.length > 0) throw new ConfigurationError(fileName, inWords(mistakes, source));
  return parsed.data;
}

const PRIVATE = ['apiKeys', 'callerId', 'callerIds', 'prompt', 'additionalData', 'webhooks', 'predialWebhook'];

/**
 * API keys, phone numbers, what agents say and where credentials may be: never shown, however wrong they are. Nor is a file
 * that is one text from beginning to end: it is another file, the kept secret perhaps.
 */
const isPrivate = (path: Path): boolean =>
  path.length === 0 || PRIVATE.some((key) => path.includes(key)) || isPrivateSetting(path);

/** One for each path, the first, since what is wrong with a value often makes a second check fail too. */
function inWords(mistakes: readonly Mistake[], source: YamlSource): string[] {
  const byPath = new Map<string, Mistake & { line: number | null }>();
  for (const mistake of mistakes) {
    const key = mistake.path.length === 0 ? mistake.message : pathText(mistake.path);
    if (!byPath.has(key)) byPath.set(key, { ...mistake, line: source.lineOf(mistake.path) });
  }
  return [...byPath.values()]
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .map(({ path, message, line }) => {
      const where = path.length === 0 ? '' : `${pathText(path)}: `;
      return `${where}${message}${line === null ? '' : ` (line ${line})`}`;
    });
}
