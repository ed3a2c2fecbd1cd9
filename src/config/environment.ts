import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ConfigurationError } from './error.ts';
import { nearestName } from './suggestion.ts';

/** Pino's levels, the most talkative first. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How many priorities the server tells apart. */
export type PriorityLevels = 5 | 50;

/** Every setting that is an environment variable, read once at start. */
export interface Environment {
  /** Where the API listens; 0 is any free port. `OUTDIAL_PORT`, @default 8080 */
  readonly port: number;
  /** `OUTDIAL_HOST`, @default 127.0.0.1 */
  readonly host: string;
  /**
   * Where voice platforms reach the API to tell how calls go on, without a slash at the end. `OUTDIAL_PUBLIC_URL`, @default
   * `http://` with the host and port that it listens on
   */
  readonly publicUrl: string;
  /** Where Outdial's own Temporal keeps its data: an absolute path. `OUTDIAL_DATA_DIR`, @default `.outdial` */
  readonly dataDir: string;
  /** The configuration to load: an absolute path. `OUTDIAL_CONFIG`, @default see {@link Environment.configSource} */
  readonly configFile: string;
  /**
   * Why it is that file: `OUTDIAL_CONFIG` names it (`given`); or `outdial.yaml` is in the working directory (`found`);
   * or there is none, and it is the `example` that comes with Outdial.
   */
  readonly configSource: 'given' | 'found' | 'example';
  /** `OUTDIAL_PRIORITY_LEVELS`, @default 50 with Outdial's own Temporal; 5 with another, as servers have unless told */
  readonly priorityLevels: PriorityLevels;
  /** The key of the endpoints' hashes, at least 32 characters; see `outdialSecret`. `OUTDIAL_SECRET` */
  readonly secret: string | null;
  /** `OUTDIAL_LOG_LEVEL`, @default info */
  readonly logLevel: LogLevel;
  /** The port of Outdial's own Temporal. `OUTDIAL_TEMPORAL_PORT`, @default 7233 */
  readonly temporalPort: number;
  /** The port of its Web UI. `OUTDIAL_TEMPORAL_UI_PORT`, @default 8233 */
  readonly temporalUiPort: number;
  /**
   * Where Temporal's Web UI is for those who follow a link into it, without a slash at the end; null is that of Outdial's
   * own Temporal, and none with another. `OUTDIAL_TEMPORAL_UI_URL`
   */
  readonly temporalUiUrl: string | null;
  /** `external` when `TEMPORAL_ADDRESS` or `TEMPORAL_PROFILE` chooses a server, else Outdial starts its own. */
  readonly temporal: 'embedded' | 'external';
}

/** The same folder above `src/config` and, compiled, above `dist/config`. */
const SHIPPED_EXAMPLE = fileURLToPath(new URL('../../outdial.example.yaml', import.meta.url));

const PREFIX = 'OUTDIAL_';

function port(lowest: number) {
  const error = `a port (${lowest} to 65535)`;
  return z
    .string()
    .regex(/^\d{1,5}$/, { error })
    .transform(Number)
    .refine((value) => value >= lowest && value <= 65535, { error });
}

/** Each error completes "Expected `OUTDIAL_PORT` to be …". */
const variables = z.object({
  OUTDIAL_PORT: port(0).default(8080),
  OUTDIAL_HOST: z.string().default('127.0.0.1'),
  OUTDIAL_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'the URL of the API as others reach it, such as https://outdial.example.com' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  OUTDIAL_DATA_DIR: z.string().default('.outdial'),
  OUTDIAL_CONFIG: z.string().optional(),
  OUTDIAL_PRIORITY_LEVELS: z
    .enum(['5', '50'], { error: '5 or 50' })
    .transform((levels) => (levels === '5' ? 5 : 50))
    .optional(),
  OUTDIAL_SECRET: z.string().min(32, { error: 'a secret of at least 32 characters' }).optional(),
  OUTDIAL_LOG_LEVEL: z.enum(LOG_LEVELS, { error: `one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  OUTDIAL_TEMPORAL_PORT: port(1).default(7233),
  OUTDIAL_TEMPORAL_UI_PORT: port(1).default(8233),
  OUTDIAL_TEMPORAL_UI_URL: z
    .url({ protocol: /^https?$/, error: 'the URL of the Web UI, such as https://temporal.example.com' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  TEMPORAL_ADDRESS: z.string().optional(),
  TEMPORAL_PROFILE: z.string().optional(),
});

/**
 * Reads every environment variable that Outdial knows; an empty one counts as not set.
 *
 * @param directory What relative paths start from, and where `outdial.yaml` is looked for.
 * @throws {ConfigurationError} with all mistakes, among them each unknown variable that starts with `OUTDIAL_`, since a
 * misspelt setting must not be lost without a word.
 */
export function readEnvironment(env: NodeJS.ProcessEnv, directory: string = process.cwd()): Environment {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = variables.safeParse(set);
  const problems = [...(parsed.error?.issues ?? []).map((issue) => misfit(issue, set)), ...unknownVariables(set)];
  if (!parsed.success || problems.length > 0) throw new ConfigurationError('environment', problems);

  const { data } = parsed;
  const isOwn = data.TEMPORAL_ADDRESS === undefined && data.TEMPORAL_PROFILE === undefined;
  return {
    port: data.OUTDIAL_PORT,
    host: data.OUTDIAL_HOST,
    publicUrl: data.OUTDIAL_PUBLIC_URL ?? urlOf(data.OUTDIAL_HOST, data.OUTDIAL_PORT),
    dataDir: resolve(directory, data.OUTDIAL_DATA_DIR),
    ...chooseConfig(data.OUTDIAL_CONFIG, directory),
    priorityLevels: data.OUTDIAL_PRIORITY_LEVELS ?? (isOwn ? 50 : 5),
    secret: data.OUTDIAL_SECRET ?? null,
    logLevel: data.OUTDIAL_LOG_LEVEL,
    temporalPort: data.OUTDIAL_TEMPORAL_PORT,
    temporalUiPort: data.OUTDIAL_TEMPORAL_UI_PORT,
    temporalUiUrl: data.OUTDIAL_TEMPORAL_UI_URL ?? null,
    temporal: isOwn ? 'embedded' : 'external',
  };
}

const urlOf = (host: string, port: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

function chooseConfig(given: string | undefined, directory: string): Pick<Environment, 'configFile' | 'configSource'> {
  if (given !== undefined) return { configFile: resolve(directory, given), configSource: 'given' };
  const here = resolve(directory, 'outdial.yaml');
  if (existsSync(here)) return { configFile: here, configSource: 'found' };
  return { configFile: SHIPPED_EXAMPLE, configSource: 'example' };
}

function misfit(issue: z.core.$ZodIssue, env: NodeJS.ProcessEnv): string {
  const name = String(issue.path[0]);
  const value = env[name] ?? '';
  const got = name === 'OUTDIAL_SECRET' ? `one of ${value.length}` : `\`${value}\``;
  return `Expected \`${name}\` to be ${issue.message}, got ${got}`;
}

function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = Object.keys(variables.shape).filter((name) => name.startsWith(PREFIX));
  return Object.keys(env)
    .filter((name) => name.toUpperCase().startsWith(PREFIX) && !known.includes(name))
    .map((name) => {
      // Without the prefix, which they all share and which would make any two look alike.
      const meant = nearestName(
        name.slice(PREFIX.length),
        known.map((candidate) => candidate.slice(PREFIX.length)),
      );
      const hint = meant === null ? `: Outdial knows ${known.join(', ')}` : `, did you mean \`${PREFIX}${meant}\`?`;
      return `Unknown variable \`${name}\`${hint}`;
    });
}
