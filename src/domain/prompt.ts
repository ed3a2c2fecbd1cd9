import mustache from 'mustache';

/** Variables of prompts, as JSON has them. */
export type Variables = Readonly<Record<string, unknown>>;

/** A prompt cut into texts and variables. */
export interface Prompt {
  readonly parts: readonly (string | Variable)[];
  /** Each once, in the order in which they come. */
  readonly variables: readonly Variable[];
}

/** A place to be filled. */
export interface Variable {
  /** As the prompt has it: `customer.firstName`. */
  readonly name: string;
  /** The way to its value: `customer`, `firstName`. */
  readonly path: readonly string[];
}

/** A prompt, or what is wrong with its text, in words that never quote it. */
export type ParsedPrompt =
  { readonly ok: true; readonly prompt: Prompt } | { readonly ok: false; readonly message: string };

/** By text. There are as many as agents have had prompts in this process. */
const parsed = new Map<string, ParsedPrompt>();

/**
 * Reads a template of mustache's variables: `{{name}}`, `{{customer.firstName}}`; `{{{name}}}` and `{{&name}}` mean the
 * same, since nothing is escaped. Sections, partials, comments and other delimiters are refused: a prompt is text with
 * blanks, not a program.
 */
export function parsePrompt(template: string): ParsedPrompt {
  const known = parsed.get(template);
  if (known !== undefined) return known;
  const prompt = parse(template);
  parsed.set(template, prompt);
  return prompt;
}

/** The variables of a call: its agent's, and over them its own, key by key; a null of its own leaves a blank. */
export const mergeVariables = (agents: Variables, own: Variables | null): Variables => ({ ...agents, ...own });

/**
 * A prompt's text with its variables filled in: texts as they are, numbers and truths in words, objects and arrays as JSON;
 * null, and what has no value, as nothing. What is filled in is not read again, whatever it looks like. Null where there
 * is no prompt.
 */
export function renderPrompt(template: string | null, variables: Variables): string | null {
  if (template === null) return null;
  const read = parsePrompt(template);
  if (!read.ok) throw new TypeError(`A configuration has only prompts that can be read: ${read.message}`);
  return read.prompt.parts
    .map((part) => (typeof part === 'string' ? part : inWords(valueOf(part, variables))))
    .join('');
}

/** Whether something can be filled in. A blank text is something; null is not. */
export const hasValue = (variable: Variable, variables: Variables): boolean => valueOf(variable, variables) !== null;

function parse(template: string): ParsedPrompt {
  const tokens = tokensOf(template);
  if (tokens === null) return refused('expected a prompt whose tags are all closed, such as {{name}}');
  const parts: (string | Variable)[] = [];
  const variables = new Map<string, Variable>();
  for (const [type, value] of tokens) {
    const part = type === 'text' ? value : (variables.get(value) ?? variableOf(type, value));
    if (part === null) return refused('expected a prompt whose only tags are variables such as {{name}}');
    parts.push(part);
    if (typeof part === 'object') variables.set(value, part);
  }
  return { ok: true, prompt: { parts, variables: [...variables.values()] } };
}

const refused = (message: string): ParsedPrompt => ({ ok: false, message });

/** Null for a tag that is no variable. */
function variableOf(type: string, name: string): Variable | null {
  const path = name.split('.');
  return (type === 'name' || type === '&') && !path.includes('') ? { name, path } : null;
}

/** Null for a template whose tags are not all closed: all that mustache's parser throws about. */
function tokensOf(template: string): readonly (readonly [type: string, value: string, ...unknown[]])[] | null {
  try {
    return mustache.parse(template);
  } catch {
    return null;
  }
}

/** By own properties alone: what all objects have is no variable. Null where there is no value. */
function valueOf({ path }: Variable, variables: Variables): unknown {
  let value: unknown = variables;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return null;
    value = (value as Variables)[step];
  }
  return typeof value === 'function' ? null : (value ?? null);
}

function inWords(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
