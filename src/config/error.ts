/**
 * Settings that Outdial cannot start with, or a new version of `outdial.yaml` that it refuses. It carries every mistake
 * at once, so that nobody mends them one start at a time, and never the value of a secret.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** One sentence each, in the order of the file where there is one. */
  readonly problems: readonly string[];

  /** @param source What the mistakes are in: a file's name, or `environment`. */
  constructor(source: string, problems: readonly string[]) {
    const count = problems.length === 1 ? '1 mistake' : `${problems.length} mistakes`;
    super(`${source}: ${count}\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** Something outside the configuration is not as it has to be, a port or a namespace: the message says what to do. */
export class SetUpError extends Error {
  override readonly name: string = 'SetUpError';
}
