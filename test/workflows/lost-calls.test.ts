import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../src/config/configuration.ts';
import { webhookId } from '../../src/contract/ids.ts';
import { answers } from './attempt.ts';
import { useHosts } from './hosts.ts';
import { Later } from './later.ts';
import { DAY, startCall, type StartedCall } from './requests.ts';
import { workerLost } from './script.ts';
import { useReceiver } from './webhooks.ts';
import { eventually, useWorld } from './world.ts';

const world = useWorld('real');
const receiver = useReceiver(world);

const hosts = useHosts(world, receiver);

/** Has hosts of the trunk look for calls that are lost until one has told that event of a call. */
async function told(call: StartedCall, event: string): Promise<void> {
  hosts.open();
  hosts.open();
  const delivery = world.client.workflow.getHandle(webhookId(call.handle.workflowId, event));
  await eventually(async () => {
    await hosts.look();
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

describe('an agent that gets a webhook', () => {
  const withoutWebhooks = parseConfiguration(
    'agents: [{ agentId: reminder, orgId: acme, name: Reminder, trunk: demo }]\n' +
      'organizations: [{ orgId: acme, apiKeys: [] }]\n' +
      'trunks: [{ name: demo, orgId: acme, lines: 1, dialer: { type: simulator } }]',
    {},
    'test',
  );

  it('is told of calls that are terminated from then on, not of earlier ones', async () => {
    const withWebhooks = hosts.configuration;
    hosts.configuration = () => withoutWebhooks;
    hosts.open();
    const [early, late] = [await startCall(world, { dueIn: DAY }), await startCall(world, { dueIn: DAY })];
    await early.handle.terminate();
    await eventually(() => listed(early)).toBe(true);
    await hosts.look();
    hosts.configuration = withWebhooks;
    await hosts.look();
    await late.handle.terminate();
    await eventually(async () => {
      await hosts.look();
      return receiver.received.map(({ body }) => body.callId);
    }).toEqual([late.handle.workflowId]);
    await world.client.workflow.getHandle(webhookId(late.handle.workflowId, 'deadline')).result();
  });

  /** Whether lists have the call as one that was terminated. */
  async function listed({ handle }: StartedCall): Promise<boolean> {
    const query = `WorkflowId = '${handle.workflowId}' AND ExecutionStatus = 'Terminated'`;
    return (await world.client.workflow.count(query)).count === 1;
  }
});
