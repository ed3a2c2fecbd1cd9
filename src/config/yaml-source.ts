import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Alias, Document, ErrorCode, Node, YAMLError } from 'yaml';
import { type Mistake, type Path, pathText } from './path.ts';
import { substitute } from './substitution.ts';

/** A YAML file as plain data, and where each value of it came from. */
export interface YamlSource {
  /** Objects, lists and scalars with the environment's values put in; undefined when the file is not valid YAML. */
  readonly value: unknown;
  readonly mistakes: readonly Mistake[];
  /** The line of a path, from 1; of the nearest value around it when it is not in the file. */
  lineOf(path: Path): number | null;
  /** Whether a value holds something of the environment, and must not be shown. */
  isFromEnvironment(path: Path): boolean;
}

/** Far above any real file, and low enough for a few nested aliases not to fill the memory ("billion laughs"). */
const MOST_VALUES = 500_000;
/** Far deeper than any real file, and shallow enough for the schema, whose functions call each other level by level. */
const DEEPEST = 100;

/** Messages of the parser that never quote the file, where a secret may stand. */
const HARMLESS: readonly ErrorCode[] = [
  'BAD_INDENT',
  'BAD_SCALAR_START',
  'BLOCK_AS_IMPLICIT_KEY',
  'BLOCK_IN_FLOW',
  'DUPLICATE_KEY',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'MULTIPLE_DOCS',
  'TAB_AS_INDENT',
];

/** Reads one YAML document and puts the environment's values into its texts. Throws nothing: what is wrong is told. */
export function readYaml(text: string, env: NodeJS.ProcessEnv): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const errors = [...document.errors, ...document.warnings];
  return errors.length > 0 ? unreadable(syntaxMistakes(errors, lines)) : new Reader(document, env, lines).read();
}

const unreadable = (mistakes: Mistake[]): YamlSource => ({
  value: undefined,
  mistakes,
  lineOf: () => null,
  isFromEnvironment: () => false,
});

/** The first of each line, since what the parser finds after it is mostly its echo. */
function syntaxMistakes(errors: readonly YAMLError[], lines: LineCounter): Mistake[] {
  const byLine = new Map<number, Mistake>();
  for (const { code, pos, message } of errors) {
    const { line, col } = lines.linePos(pos[0]);
    if (byLine.has(line)) continue;
    const reason = HARMLESS.includes(code)
      ? message
      : 'something unexpected (a value with special characters must be in quotes)';
    byLine.set(line, { path: [], message: `not valid YAML at line ${line}, column ${col}: ${reason}` });
  }
  return [...byLine.values()];
}

class Reader {
  readonly #document: Document;
  readonly #env: NodeJS.ProcessEnv;
  readonly #lines: LineCounter;
  readonly #mistakes: Mistake[] = [];
  readonly #lineByPath = new Map<string, number>();
  readonly #fromEnvironment = new Set<string>();
  readonly #targets = new Map<Alias, unknown>();
  #values = 0;

  constructor(document: Document, env: NodeJS.ProcessEnv, lines: LineCounter) {
    this.#document = document;
    this.#env = env;
    this.#lines = lines;
  }

  read(): YamlSource {
    const value = this.#read(this.#document.contents, [], []);
    if (this.#values > MOST_VALUES) return unreadable([{ path: [], message: 'too large, or its aliases are' }]);
    return {
      value,
      mistakes: this.#mistakes,
      lineOf: (path) => {
        for (let length = path.length; length >= 0; length--) {
          const line = this.#lineByPath.get(pathText(path.slice(0, length)));
          if (line !== undefined) return line;
        }
        return null;
      },
      isFromEnvironment: (path) => this.#fromEnvironment.has(pathText(path)),
    };
  }

  #read(node: unknown, path: Path, ancestors: readonly unknown[]): unknown {
    if (++this.#values > MOST_VALUES) return null;
    if (path.length > DEEPEST) {
      this.#mistakes.push({ path: path.slice(0, 1), message: 'too deeply nested' });
      return null;
    }
    if (isAlias(node)) return this.#readAlias(node, path, ancestors);
    if (isScalar(node)) return this.#readScalar(node, path);
    const inside = [...ancestors, node];
    if (isSeq(node)) {
      return node.items.map((item, index) => this.#readAt([...path, index], item, item, inside));
    }
    if (isMap(node)) {
      return Object.fromEntries(
        node.items.map(({ key, value }) => {
          const name = isScalar(key) ? String(key.value) : String(key);
          if (name === '__proto__') this.#mistakes.push({ path: [...path, name], message: 'expected another name' });
          return [name, this.#readAt([...path, name], key, value, inside)];
        }),
      );
    }
    return null;
  }

  /** Reads a value and notes the line where it, or its key, begins. */
  #readAt(path: Path, start: unknown, value: unknown, ancestors: readonly unknown[]): unknown {
    if (this.#values > MOST_VALUES) return null;
    const offset = (start as Node | null)?.range?.[0];
    if (offset !== undefined) this.#lineByPath.set(pathText(path), this.#lines.linePos(offset).line);
    return this.#read(value, path, ancestors);
  }

  #readAlias(alias: Alias, path: Path, ancestors: readonly unknown[]): unknown {
    const target = this.#targetOf(alias);
    if (target !== undefined && !ancestors.includes(target)) return this.#read(target, path, ancestors);
    // The name is not told: it may be a secret that begins with `*` and lacks its quotes.
    const message =
      target === undefined
        ? 'expected a text that starts with `*` to be in quotes'
        : `alias \`${alias.source}\` holds itself`;
    this.#mistakes.push({ path, message });
    return null;
  }

  /** Kept, since the parser looks through the whole document for each. */
  #targetOf(alias: Alias): unknown {
    if (!this.#targets.has(alias)) this.#targets.set(alias, alias.resolve(this.#document));
    return this.#targets.get(alias);
  }

  #readScalar(node: { value: unknown }, path: Path): unknown {
    if (typeof node.value !== 'string') return node.value;
    const { value, fromEnvironment, problems } = substitute(node.value, this.#env);
    if (fromEnvironment) this.#fromEnvironment.add(pathText(path));
    this.#mistakes.push(...problems.map((message) => ({ path, message })));
    return value;
  }
}
