import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import { ConfigurationFile, type OnConfiguration } from '../config/configuration-file.ts';
import { type Environment, readEnvironment } from '../config/environment.ts';
import { outdialSecret } from '../config/secret.ts';
import { createLogger } from './logger.ts';

/** What every process reads first. */
export interface Settings {
  readonly environment: Environment;
  readonly log: Logger;
  /** As it is now: it follows the file until {@link stopFollowing}. */
  readonly configuration: () => Configuration;
  readonly onConfiguration: OnConfiguration;
  readonly stopFollowing: () => void;
  /** Under which endpoints are hashed: the same in every process. */
  readonly secret: string;
}

/** @throws ConfigurationError with every mistake of the environment or of outdial.yaml */
export async function readSettings(): Promise<Settings> {
  const environment = readEnvironment(process.env);
  const log = createLogger(environment.logLevel);
  const file = await ConfigurationFile.open(environment.configFile, process.env, log);
  const secret = await outdialSecret(environment);
  return {
    environment,
    log,
    configuration: () => file.current,
    onConfiguration: file.onChange,
    stopFollowing: () => file.stop(),
    secret,
  };
}
