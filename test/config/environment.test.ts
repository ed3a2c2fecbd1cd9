import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/config/environment.ts';
import { problemsOf, loadConfiguration } from './support.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outdial-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const read = (env: NodeJS.ProcessEnv) => readEnvironment(env, directory);
const mistakes = (env: NodeJS.ProcessEnv) => problemsOf(() => read(env));

describe('the environment', () => {
  it('has a default for every setting', () => {
    expect(read({ PATH: '/bin' })).toEqual({
      port: 8080,
      host: '127.0.0.1',
      publicUrl: 'http://127.0.0.1:8080',
      dataDir: join(directory, '.outdial'),
      configFile: expect.stringMatching(/\/outdial\.example\.yaml$/) as string,
      configSource: 'example',
      priorityLevels: 50,
      secret: null,
      logLevel: 'info',
      temporalPort: 7233,
      temporalUiPort: 8233,
      temporalUiUrl: null,
      temporal: 'embedded',
    });
  });

  it('takes every setting from its variable', () => {
    const secret = 's'.repeat(32);
    const env = {
      OUTDIAL_PORT: '0',
      OUTDIAL_HOST: '0.0.0.0',
      OUTDIAL_PUBLIC_URL: 'https://outdial.example.com/',
      OUTDIAL_DATA_DIR: '/var/lib/outdial',
      OUTDIAL_CONFIG: 'etc/calls.yaml',
      OUTDIAL_PRIORITY_LEVELS: '5',
      OUTDIAL_SECRET: secret,
      OUTDIAL_LOG_LEVEL: 'debug',
      OUTDIAL_TEMPORAL_PORT: '17233',
      OUTDIAL_TEMPORAL_UI_PORT: '65535',
      OUTDIAL_TEMPORAL_UI_URL: 'https://temporal.example.com/ui/',
    };
    expect(read(env)).toEqual({
      port: 0,
      host: '0.0.0.0',
      publicUrl: 'https://outdial.example.com',
      dataDir: '/var/lib/outdial',
      configFile: join(directory, 'etc/calls.yaml'),
      configSource: 'given',
      priorityLevels: 5,
      secret,
      logLevel: 'debug',
      temporalPort: 17233,
      temporalUiPort: 65535,
      temporalUiUrl: 'https://temporal.example.com/ui',
      temporal: 'embedded',
    });
  });

  it('counts a variable that is empty as not set, even an unknown one', () => {
    const empty = { OUTDIAL_PORT: '', OUTDIAL_SECRET: '', OUTDIAL_CONFIG: '', OUTDIAL_PROT: '', TEMPORAL_ADDRESS: '' };
    expect(read(empty)).toEqual(read({}));
  });

  it('prefers the outdial.yaml of the working directory to the example', () => {
    writeFileSync(join(directory, 'outdial.yaml'), '');
    expect(read({})).toMatchObject({ configFile: join(directory, 'outdial.yaml'), configSource: 'found' });
    expect(read({ OUTDIAL_CONFIG: '/x.yaml' })).toMatchObject({ configFile: '/x.yaml', configSource: 'given' });
  });

  it('names an example that is there and loads', async () => {
    await expect(loadConfiguration(read({}).configFile, {})).resolves.toBeDefined();
  });

  it.each(['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE'])('uses another Temporal when %s is set', (name) => {
    expect(read({ [name]: 'somewhere' }).temporal).toBe('external');
  });

  it('reports every mistake at once', () => {
    const env = {
      OUTDIAL_PORT: 'eighty',
      OUTDIAL_TEMPORAL_PORT: '0',
      OUTDIAL_TEMPORAL_UI_PORT: '65536',
      OUTDIAL_PRIORITY_LEVELS: '7',
      OUTDIAL_LOG_LEVEL: 'loud',
      OUTDIAL_HOTS: '0.0.0.0',
    };
    expect(mistakes(env)).toEqual([
      'Expected `OUTDIAL_PORT` to be a port (0 to 65535), got `eighty`',
      'Expected `OUTDIAL_PRIORITY_LEVELS` to be 5 or 50, got `7`',
      'Expected `OUTDIAL_LOG_LEVEL` to be one of trace, debug, info, warn, error, fatal, silent, got `loud`',
      'Expected `OUTDIAL_TEMPORAL_PORT` to be a port (1 to 65535), got `0`',
      'Expected `OUTDIAL_TEMPORAL_UI_PORT` to be a port (1 to 65535), got `65536`',
      'Unknown variable `OUTDIAL_HOTS`, did you mean `OUTDIAL_HOST`?',
    ]);
  });

  it.each(['1e3', '-1', ' 80', '8080.0', '0x50', '080808'])('takes `%s` for no port', (port) => {
    expect(mistakes({ OUTDIAL_PORT: port })).toHaveLength(1);
  });

  it('tells the names it knows where none is near an unknown one, and finds one in lower case', () => {
    expect(mistakes({ OUTDIAL_WEBHOOK_URL: 'x' })[0]).toMatch(
      /^Unknown variable `OUTDIAL_WEBHOOK_URL`: .*OUTDIAL_PORT/,
    );
    expect(mistakes({ outdial_port: '1' })).toEqual(['Unknown variable `outdial_port`, did you mean `OUTDIAL_PORT`?']);
  });

  it('never tells a secret that is too short', () => {
    expect(mistakes({ OUTDIAL_SECRET: 'hunter2' })).toEqual([
      'Expected `OUTDIAL_SECRET` to be a secret of at least 32 characters, got one of 7',
    ]);
  });
});
