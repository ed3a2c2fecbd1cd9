/** A text as the language of the queries has it. */
export const quoted = (text: string): string => `'${text.replaceAll(`'`, `''`)}'`;

/** `name IN ('a', 'b')` */
export const isOneOf = (name: string, values: readonly string[]): string =>
  `${name} IN (${values.map(quoted).join(', ')})`;
