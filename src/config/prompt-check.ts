import mustache from 'mustache';

/**
 * What is wrong with a prompt, in words that never quote it; null when it is a template of variables only. Sections,
 * partials, comments and other delimiters are refused: a prompt is text with blanks, not a program.
 */
export function promptProblem(prompt: string): string | null {
  try {
    const tokens = mustache.parse(prompt);
    return tokens.every(([type, name]) => type === 'text' || ((type === 'name' || type === '&') && name !== ''))
      ? null
      : 'expected a prompt whose only tags are variables such as {{name}}';
  } catch {
    return 'expected a prompt whose tags are all closed, such as {{name}}'; // all that mustache's parser throws about
  }
}
