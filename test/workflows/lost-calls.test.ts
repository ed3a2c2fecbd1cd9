import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { webhookId } from '../../src/contract/ids.ts';
import { LostCalls } from '../../src/worker/lost-calls.ts';
import { answers } from './attempt.ts';
import { Later } from './later.ts';
import { DAY, ORG_ID, startCall, type StartedCall, TRUNK } from './requests.ts';
import { workerLost } from './script.ts';
import { configurationFor, useReceiver } from './webhooks.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld('real');
const receiver = useReceiver(world);

let hosts: LostCalls[] = [];
afterEach(() => {
  for (const host of hosts) host.stop();
  hosts = [];
});

/** Has hosts of the trunk look for calls that are lost until one has told that event of a call. */
async function told(call: StartedCall, event: string): Promise<void> {
  const configuration = configurationFor(receiver);
  const deps = { client: world.client, configuration: () => configuration, log: pino({ enabled: false }) };
  const delivery = world.client.workflow.getHandle(webhookId(call.handle.workflowId, event));
  await eventually(async () => {
    hosts.push(new LostCalls(deps, { orgId: ORG_ID, trunk: TRUNK }));
    return (await delivery.describe().catch(() => null))?.status.name;
  }).toBe('COMPLETED');
}

describe('a call whose workflow is terminated', () => {
  it('while it waits is told as canceled', async () => {
    const call = await startCall(world, { dueIn: DAY });
    await call.handle.terminate();
    await told(call, 'deadline');
    expect(receiver.received.map(({ body }) => body.reason)).toEqual(['terminated']);
  });

  it('while it is told how it has ended is told just that, once', async () => {
    world.script.placeCall = answers;
    const deliver = world.script.deliverWebhook;
    const [asked, goOn] = [new Later<void>(), new Later<void>()];
    world.script.deliverWebhook = async () => {
      asked.resolve();
      await goOn.promise;
      throw workerLost('for good');
    };
    const call = await startCall(world);
    await asked.promise;
    await call.handle.terminate();
    world.script.deliverWebhook = deliver;
    goOn.resolve();
    await told(call, 'completed');
    expect(receiver.typesOf()).toEqual(['CompletedWebHookPayload']);
  });
});
