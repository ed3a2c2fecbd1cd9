import type { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LineRegistry } from '../../src/lines/line-registry.ts';
import { Outage } from '../../src/lines/outage.ts';
import { Pace } from '../../src/lines/pace.ts';
import { createClient } from '../../src/temporal/client.ts';
import { ownServer } from '../../src/temporal/connection.ts';
import { type LineHostDeps, openLineHost } from '../../src/worker/line-host.ts';
import { parse, smallest } from '../config/support.ts';
import { Servers } from '../temporal/support.ts';

const servers = new Servers();
let address: string;
let client: Client;

beforeAll(async () => {
  const server = await servers.start(await servers.dataDir());
  client = createClient(ownServer(server.address));
  ({ address } = server);
});
afterAll(async () => {
  await client.connection.close();
  await servers.cleanUp();
});

it('A host whose carrier cannot say what is live is not opened, and leaves no Worker behind', async () => {
  const connection = await NativeConnection.connect({ address });
  const dialer = { live: () => Promise.reject(new Error('The carrier is away')) };
  const parts = { dialer, lines: new LineRegistry(1), pace: new Pace(null), outage: new Outage() };
  const deps = {
    client,
    connection,
    parts: { of: () => parts },
    // It never stood still.
    freezes: { lastFreeze: -Infinity, onFreeze: () => () => undefined },
    contacts: () => ({}),
    log: pino({ level: 'silent' }),
    configuration: () => parse(smallest()),
  } as unknown as LineHostDeps;
  const execution = { workflowId: 'trunk-default-demo', runId: '', activityId: '1', attempt: 1 };
  await expect(openLineHost(deps, { orgId: 'default', trunk: 'demo' }, execution)).rejects.toThrow('away');
  // Refused as long as a Worker has it.
  await connection.close();
});
