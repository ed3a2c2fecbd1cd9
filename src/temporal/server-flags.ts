/** What differs between one embedded server and another. */
export interface ServerSettings {
  /** An absolute path. */
  readonly databaseFile: string;
  readonly port: number;
  readonly uiPort: number;
  readonly logLevel: ServerLogLevel;
}

export type ServerLogLevel = 'debug' | 'info' | 'warn' | 'error' | 'never';

/**
 * Dynamic configuration that lines depend on. The server takes a key that it does not know without a word, so a test
 * asks it for what each of these does.
 */
export const DYNAMIC_CONFIG: Readonly<Record<string, boolean | number>> = {
  // A cancellation is pushed to the worker at once, not with the next heartbeat: a ringing call stops within 0.5 s.
  'frontend.WorkerCommandsEnabled': true,
  'frontend.WorkerHeartbeatsEnabled': true,
  'system.enableCancelActivityWorkerCommand': true,
  // With more than one partition, a queue has no one order of priority.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // The server's default is 5, and it bears up to 60. Within a level, a backlog of more than 1,000 is first come, first served.
  'matching.priorityLevels': 50,
  'matching.enableFairness': true,
  // Lists and counts by status. The default lets some 70 through a second: too few for a handful of people at the API.
  'frontend.namespaceRPS.visibility': 1000,
  // Questions to one workflow at a time. The default is 1, and a page that starts its calls is asked for each that waits:
  // ten clients who asked at once got an answer every 4 s, and 503 in between.
  'history.maxBufferedQueryCount': 100,
};

/**
 * The arguments of `temporal` for Outdial's own server. Namespace and search attributes are not among them: the flags
 * give a namespace one day of retention, and do nothing for a namespace that exists; see `setUpNamespace`.
 */
export function serverArguments(settings: ServerSettings): string[] {
  return [
    ...['server', 'start-dev'],
    ...['--ip', '127.0.0.1', '--port', String(settings.port), '--ui-port', String(settings.uiPort)],
    ...['--db-filename', settings.databaseFile],
    // Twice as fast as the defaults, and survives kill -9; a power cut may lose the last instants, never the file.
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    ...Object.entries(DYNAMIC_CONFIG).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
    ...['--log-level', settings.logLevel],
    // A self-hosted Web UI asks nobody for news.
    '--ui-disable-news-fetch',
    // No profile that happens to lie in the home directory.
    ...['--disable-config-file', '--disable-config-env'],
  ];
}

/**
 * The server's environment: what it needs and no more, so that no secret of ours is in it. `HOME` is left out because
 * the CLI reads an older kind of settings file there, `temporal.yaml`, whatever its flags say.
 */
export function serverEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const passed = ['PATH', 'TMPDIR', 'TZ', 'GOMAXPROCS', 'GOMEMLIMIT', 'GOGC'];
  return Object.fromEntries(Object.entries(env).filter(([name]) => passed.includes(name)));
}
