import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { choosesServer, connectionOptions } from '../../src/temporal/connection.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'outdial-home-'));
  mkdirSync(join(home, '.config', 'temporalio'), { recursive: true });
  const profiles = `
[profile.default]
address = "elsewhere.example:7233"
namespace = "elsewhere"
api_key = "secret"
[profile.production]
address = "temporal.example:7233"
`;
  await writeFile(join(home, '.config', 'temporalio', 'temporal.toml'), profiles);
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe('The connection to Temporal', () => {
  it("is Outdial's own server where nothing chooses another, whatever profile lies in the home directory", () => {
    const env = { HOME: home, TEMPORAL_ADDRESS: '', TEMPORAL_NAMESPACE: 'ignored', TEMPORAL_API_KEY: 'ignored' };
    expect(choosesServer(env)).toBe(false);
    expect(connectionOptions(env)).toMatchObject({ connection: { address: '127.0.0.1:7233' }, namespace: 'outdial' });
    const moved = connectionOptions(env, { ownAddress: '127.0.0.1:9000' });
    expect(moved.connection).toMatchObject({ address: '127.0.0.1:9000' });
    expect(moved.connection.apiKey).toBeUndefined();
  });

  it('does not send the API key of a profile that happens to lie in the home directory to another address', () => {
    const { connection, namespace } = connectionOptions({ HOME: home, TEMPORAL_ADDRESS: '127.0.0.1:7233' });
    expect(connection.address).toBe('127.0.0.1:7233');
    expect(connection.apiKey).toBeUndefined();
    expect(namespace).toBe('outdial');
  });

  it('takes a profile that is named, and the namespace outdial where the profile has none', () => {
    expect(connectionOptions({ HOME: home, TEMPORAL_PROFILE: 'production' })).toMatchObject({
      connection: { address: 'temporal.example:7233' },
      namespace: 'outdial',
    });
    expect(connectionOptions({ HOME: home, TEMPORAL_PROFILE: 'default' })).toMatchObject({
      connection: { address: 'elsewhere.example:7233', apiKey: 'secret', tls: true },
      namespace: 'elsewhere',
    });
  });

  it('takes address, namespace, TLS, API key and metadata from the standard variables', () => {
    const { connection, namespace } = connectionOptions({
      TEMPORAL_ADDRESS: 'temporal.example:7233',
      TEMPORAL_NAMESPACE: 'calls',
      TEMPORAL_API_KEY: 'key',
      TEMPORAL_TLS_SERVER_NAME: 'inner.example',
      TEMPORAL_GRPC_META_TEAM: 'voice',
    });
    expect(namespace).toBe('calls');
    expect(connection).toMatchObject({
      address: 'temporal.example:7233',
      apiKey: 'key',
      tls: { serverNameOverride: 'inner.example' },
      metadata: { team: 'voice' },
    });
  });

  it('says in one line that a profile does not exist', () => {
    expect(() => connectionOptions({ HOME: home, TEMPORAL_PROFILE: 'nix' })).toThrow(
      /^The TEMPORAL_ variables cannot be used: Profile 'nix' not found in config data$/,
    );
  });

  it('is tried again soon after Temporal was away', () => {
    const { connection } = connectionOptions({ TEMPORAL_ADDRESS: 'temporal.example:7233' });
    expect(connection.channelArgs?.['grpc.max_reconnect_backoff_ms']).toBeLessThanOrEqual(2_000);
  });
});
