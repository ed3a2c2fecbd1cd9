import proto, { type temporal } from '@temporalio/proto';
import { v4 as uuid } from 'uuid';
import type { World } from './world.ts';

const COMPLETED =
  proto.temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED;

type Payloads = temporal.api.common.v1.IPayloads;

const json = (text: string): Payloads => ({
  payloads: [{ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(text) }],
});

/** What an operator may send by mistake, from the Web UI or the CLI. */
export const GARBAGE: readonly { readonly what: string; readonly payloads: Payloads | null }[] = [
  { what: 'no argument', payloads: null },
  { what: 'null', payloads: json('null') },
  { what: 'a number', payloads: json('42') },
  { what: 'a string', payloads: json('"now"') },
  { what: 'an array', payloads: json('[{"reason":"x","hangup":true}]') },
  {
    what: 'fields of other types',
    payloads: json(
      '{"reason":{"a":1},"hangup":"yes","placement":7,"page":"0","time":[],"schedule":"always","hours":{"a":1}}',
    ),
  },
  { what: 'text that is not JSON', payloads: json('{reason: x') },
  {
    what: 'a payload that cannot be decoded',
    payloads: { payloads: [{ metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from([0, 255]) }] },
  },
  { what: 'a payload that says nothing of itself', payloads: { payloads: [{}] } },
  {
    what: 'a second argument that cannot be decoded',
    payloads: { payloads: [...(json('[]').payloads ?? []), { metadata: { encoding: Buffer.from('x') } }] },
  },
];

/** Sends a signal as bytes, whatever they mean. */
export async function signalRaw({ client }: World, workflowId: string, signalName: string, input: Payloads | null) {
  const { namespace } = client.options;
  const request = { namespace, workflowExecution: { workflowId }, signalName, input };
  await client.workflowService.signalWorkflowExecution(request);
}

/** Sends a query as bytes. */
export async function queryRaw({ client }: World, workflowId: string, queryType: string, queryArgs: Payloads | null) {
  const { namespace } = client.options;
  const request = { namespace, execution: { workflowId }, query: { queryType, queryArgs } };
  await client.workflowService.queryWorkflow(request);
}

/** Sends an update as bytes; resolves with whether it was accepted and succeeded. */
export async function updateRaw({ client }: World, workflowId: string, name: string, args: Payloads | null) {
  const { outcome } = await client.workflowService.updateWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId },
    waitPolicy: { lifecycleStage: COMPLETED },
    request: { meta: { updateId: uuid(), identity: 'operator' }, input: { name, args } },
  });
  return outcome?.success != null;
}
