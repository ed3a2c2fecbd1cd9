/** What became of a text: its value, and what was wrong with its references. */
export interface Substituted {
  readonly value: string;
  /** Whether it holds anything of the environment, which is often a secret. */
  readonly fromEnvironment: boolean;
  readonly problems: readonly string[];
}

/** `$${`, which is a literal; or `${…`, closed or not. */
const REFERENCE = /\$\$\{|\$\{([^{}]*)(\}?)/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Puts the environment's values in the place of `${NAME}`; `$${` stands for `${` itself. A variable that is not set, or
 * empty, is a problem, since a blank API key or account is never meant; the text is then left as it was.
 */
export function substitute(text: string, env: NodeJS.ProcessEnv): Substituted {
  const problems: string[] = [];
  let fromEnvironment = false;
  const value = text.replace(REFERENCE, (whole: string, name: string | undefined, close: string | undefined) => {
    if (name === undefined) return '${';
    if (close !== '}' || !VARIABLE.test(name)) {
      problems.push('expected a variable such as ${NAME} after `${`; write $${ for the characters themselves');
      return whole;
    }
    const found = env[name];
    if (found === undefined || found === '') {
      problems.push(`the environment variable \`${name}\` is not set`);
      return whole;
    }
    fromEnvironment = true;
    return found;
  });
  return { value, fromEnvironment, problems: [...new Set(problems)] };
}
