import type { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialerEvent } from '../../src/contract/dialer-event.ts';
import { takeoverQueue } from '../../src/contract/task-queues.ts';
import { createClient } from '../../src/temporal/client.ts';
import { ownServer } from '../../src/temporal/connection.ts';
import { DialerEvents } from '../../src/temporal/dialer-events.ts';
import { Servers } from './support.ts';

const servers = new Servers();
let address: string;
let client: Client;
let events: DialerEvents;

beforeAll(async () => {
  const server = await servers.start(await servers.dataDir());
  client = createClient(ownServer(server.address));
  ({ address } = server);
  events = new DialerEvents(client);
});
afterAll(async () => {
  await client.connection.close();
  await servers.cleanUp();
});

let trunks = 0;
const newTrunk = () => ({ orgId: 'default', trunk: `voice-${(trunks += 1)}` });

const event = (
  name: DialerEvent['name'],
  data: DialerEvent['data'] = {},
  identity = `call-${trunks}.1`,
): DialerEvent => ({
  identity,
  name,
  time: '2026-11-24T09:00:00.000Z',
  data,
});

/** A process that hosts a trunk, as far as events go. */
async function host({ orgId, trunk }: ReturnType<typeof newTrunk>, hear: (event: DialerEvent) => Promise<void>) {
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace: client.options.namespace,
    taskQueue: takeoverQueue(orgId, trunk),
    activities: { dialerEvent: hear },
    // One that has taken an event asks for no other before it is done.
    maxConcurrentActivityTaskExecutions: 1,
  });
  const running = worker.run();
  return async (): Promise<void> => {
    worker.shutdown();
    await running;
    await connection.close();
  };
}

describe('an event that a provider tells', () => {
  it('waits for the host of its trunk, and can be read by whoever asks', async () => {
    const trunk = newTrunk();
    const told = [event('answered'), event('ended', { disposition: 'busy', transcription: 'x'.repeat(900_000) })];
    for (const one of [...told].reverse()) await events.pass(trunk, one);
    expect(await events.of(told[0]?.identity ?? '')).toEqual(told);
    expect(await new DialerEvents(client).of('call-0.1')).toEqual([]);
    const heard: DialerEvent[] = [];
    const close = await host(trunk, (one) => Promise.resolve(void heard.push(one)));
    await expect.poll(() => heard.length, { timeout: 20_000 }).toBe(2);
    await close();
    expect(new Set(heard)).toEqual(new Set(told));
    expect(await events.of(told[0]?.identity ?? '')).toEqual(told);
  });

  it('is heard once, however often and whatever else is told, before and after', async () => {
    const trunk = newTrunk();
    const heard: DialerEvent[] = [];
    const [first, second] = [event('ended', { disposition: 'busy' }), event('ended', { disposition: 'answered' })];
    await events.pass(trunk, first);
    await events.pass(trunk, second);
    const close = await host(trunk, (one) => Promise.resolve(void heard.push(one)));
    await expect.poll(() => heard.length, { timeout: 20_000 }).toBe(1);
    await events.pass(trunk, second);
    await events.pass(trunk, event('ringing'));
    await expect.poll(() => heard.map(({ name }) => name), { timeout: 20_000 }).toEqual(['ended', 'ringing']);
    await close();
    expect(heard[0]).toEqual(first);
    expect(await events.of(first.identity)).toEqual([event('ringing'), first]);
  });

  it('that a host took and did not hear is given to the next within seconds', async () => {
    const trunk = newTrunk();
    const taken: (() => void)[] = [];
    // As a process does that is frozen: it has asked for the event, and says nothing more.
    const closeFrozen = await host(trunk, () => new Promise((resolve) => taken.push(resolve)));
    await events.pass(trunk, event('answered'));
    await expect.poll(() => taken.length, { timeout: 20_000 }).toBe(1);
    const heard: DialerEvent[] = [];
    const close = await host(trunk, (one) => Promise.resolve(void heard.push(one)));
    const began = Date.now();
    await expect.poll(() => heard.length, { timeout: 20_000 }).toBe(1);
    expect(Date.now() - began).toBeLessThan(10_000);
    for (const thaw of taken) thaw();
    await Promise.all([close(), closeFrozen()]);
  });
});
