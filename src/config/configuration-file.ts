import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { configurationChanges } from './changes.ts';
import { type Configuration, parseConfiguration, readConfiguration } from './configuration.ts';
import { ConfigurationError } from './error.ts';

/** How often the file is looked at, in milliseconds: a change counts within 5 s, all that follows from it included. */
const LOOK_MS = 1_000;

/** For so long a change must have stood, in milliseconds: half of a file that is being written may be valid, too. */
const SETTLE_MS = 100;

/** Calls the listener after every change of the configuration; answers how to stop that. */
export type OnConfiguration = (listener: () => void) => () => void;

/** What the file holds, or why that cannot be told. */
type Reading = { readonly text: string } | { readonly error: ConfigurationError };

/**
 * An `outdial.yaml` that is followed. Where a new version has mistakes, or the file is gone, that is logged once with every
 * reason, and the version before stays.
 *
 * What the file says is compared each second, not its time stamps: these miss a second edit within the same tick of the
 * file system, and one between the first reading and the first look. So it makes no difference how it is replaced: written
 * over, renamed into place, or by a link that leads elsewhere, as with a ConfigMap.
 */
export class ConfigurationFile {
  readonly #path: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #log: Logger;
  readonly #listeners = new Set<() => void>();
  readonly #stopped = new AbortController();
  #current: Configuration;
  /** Stands for what was read last, accepted or not: the text itself holds keys. */
  #seen: string;

  private constructor(path: string, env: NodeJS.ProcessEnv, log: Logger, text: string) {
    this.#path = path;
    this.#env = env;
    this.#log = log;
    this.#current = parseConfiguration(text, env, path);
    this.#seen = signatureOf({ text });
  }

  /**
   * Reads the file, and follows it from then on.
   *
   * @throws {ConfigurationError} when it cannot be read, and with every mistake in it.
   */
  static async open(path: string, env: NodeJS.ProcessEnv, log: Logger): Promise<ConfigurationFile> {
    const file = new ConfigurationFile(path, env, log, await readConfiguration(path));
    void file.#follow();
    return file;
  }

  /** The last version without mistakes. */
  get current(): Configuration {
    return this.#current;
  }

  readonly onChange: OnConfiguration = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  stop(): void {
    this.#stopped.abort();
  }

  /** Looks at the file now, and takes over what has changed in it. */
  async look(): Promise<void> {
    const signature = signatureOf(await this.#read());
    if (signature === this.#seen) return;
    await sleep(SETTLE_MS, undefined, { ref: false });
    const reading = await this.#read();
    // Still being written: the next look sees more of it. Or another look was faster.
    if (signatureOf(reading) !== signature || signature === this.#seen) return;
    this.#seen = signature;
    this.#take(reading);
  }

  /** Keeps no process alive. */
  async #follow(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await sleep(LOOK_MS, undefined, { ref: false, signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.look().catch((error: unknown) => this.#log.error({ err: error }, 'cannot follow the configuration'));
    }
  }

  async #read(): Promise<Reading> {
    try {
      return { text: await readConfiguration(this.#path) };
    } catch (error) {
      if (error instanceof ConfigurationError) return { error };
      throw error;
    }
  }

  #take(reading: Reading): void {
    try {
      if ('error' in reading) throw reading.error;
      const before = this.#current;
      this.#current = parseConfiguration(reading.text, this.#env, this.#path);
      const changed = configurationChanges(before, this.#current);
      this.#log.info({ file: this.#path, changed }, 'the configuration was read again');
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      const { problems } = error;
      return this.#log.error({ file: this.#path, problems }, 'the configuration was refused: the one before stays');
    }
    for (const listener of this.#listeners) listener();
  }
}

const signatureOf = (reading: Reading): string =>
  createHash('sha256')
    .update('text' in reading ? reading.text : reading.error.message)
    .digest('hex');
