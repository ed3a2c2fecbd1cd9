/** A process that executes bare workflows, with the SDK's defaults: what a call's cost is held against. */
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { DEFAULT_NAMESPACE } from '../src/temporal/connection.ts';
import { BARE_QUEUE } from './bare-queue.ts';

const activities = {
  /** An activity that lasts no time. */
  nothing: (): Promise<null> => Promise.resolve(null),
};

export type BareActivities = typeof activities;

Runtime.install({ logger: new DefaultLogger('WARN') });
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '' }),
  namespace: DEFAULT_NAMESPACE,
  taskQueue: BARE_QUEUE,
  workflowBundle: await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./bare-workflow.ts', import.meta.url)),
    logger: new DefaultLogger('WARN'),
  }),
  activities,
});
const running = worker.run();
process.send?.('ready');
await running;
process.exit(0);
