import type { Logger } from 'pino';
import { type Configuration, loadConfiguration } from '../config/configuration.ts';
import { type Environment, readEnvironment } from '../config/environment.ts';
import { outdialSecret } from '../config/secret.ts';
import { createLogger } from './logger.ts';

/** What every process reads first. */
export interface Settings {
  readonly environment: Environment;
  readonly log: Logger;
  readonly configuration: () => Configuration;
  /** Under which endpoints are hashed: the same in every process. */
  readonly secret: string;
}

/** @throws ConfigurationError with every mistake of the environment or of outdial.yaml */
export async function readSettings(): Promise<Settings> {
  const environment = readEnvironment(process.env);
  const configuration = await loadConfiguration(environment.configFile, process.env);
  const secret = await outdialSecret(environment);
  return { environment, log: createLogger(environment.logLevel), configuration: () => configuration, secret };
}
