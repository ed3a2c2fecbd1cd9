import { afterAll, beforeAll, beforeEach } from 'vitest';
import { parseConfiguration } from '../../src/config/configuration.ts';
import { tryDelivery } from '../../src/webhooks/deliver.ts';
import { Receiver } from '../support/receiver.ts';
import type { World } from './world.ts';

/** Lets the calls and batches of a world tell a real receiver, which takes whatever comes unless a test says otherwise. */
export function useReceiver(world: World): Receiver {
  const receiver = new Receiver();
  beforeAll(() => receiver.up());
  beforeEach(() => {
    receiver.received.length = 0;
    receiver.reply = () => ({ status: 204 });
    world.script.hasWebhook = ({ kind }) => kind !== 'start';
    const configuration = configurationFor(receiver);
    world.script.deliverWebhook = (event) => tryDelivery(configuration, event);
  });
  afterAll(() => receiver.down());
  return receiver;
}

/** An organization whose agent `reminder` tells that receiver of its results and batches. */
export const configurationFor = ({ url }: Receiver) =>
  parseConfiguration(
    `
organizations: [{ orgId: acme, apiKeys: [], allowPrivateWebhooks: true }]
trunks: [{ name: demo, orgId: acme, lines: 1, dialer: { type: simulator } }]
agents:
  - agentId: reminder
    orgId: acme
    name: Reminder
    trunk: demo
    additionalData: { clinic: Northside }
    webhooks: { result: { url: '${url}' }, batch: { url: '${url}' } }
`,
    {},
    'test',
  );
