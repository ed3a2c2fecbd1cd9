import { Context } from '@temporalio/activity';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { v4 as uuid } from 'uuid';
import { getTrunkQuery } from '../../src/contract/messages.ts';
import { CALLS_QUEUE } from '../../src/contract/task-queues.ts';
import type { TrunkSettings, TrunkState } from '../../src/contract/trunk.ts';
import type { trunkLines } from '../../src/workflows/trunk-lines.ts';
import { eventsOf, historyOf, scheduledActivities } from './history.ts';
import { ORG_ID } from './requests.ts';
import { eventually, type World } from './world.ts';

/** A trunk's workflow. */
export class StartedTrunk {
  readonly handle: WorkflowHandleWithFirstExecutionRunId<typeof trunkLines>;
  readonly trunk: string;

  constructor(handle: WorkflowHandleWithFirstExecutionRunId<typeof trunkLines>, trunk: string) {
    this.handle = handle;
    this.trunk = trunk;
  }

  get workflowId(): string {
    return this.handle.workflowId;
  }

  async state(): Promise<TrunkState> {
    return await this.handle.query(getTrunkQuery);
  }

  /** Resolves when all that was asked for is applied, and a host has its lines. */
  async isSettled(): Promise<void> {
    await eventually(async () => {
      const history = await historyOf(this.handle);
      const over = (['Completed', 'Failed', 'Canceled'] as const).flatMap((how) => [
        ...eventsOf(history, `activityTask${how}`),
      ]);
      const scheduled = scheduledActivities(history);
      // The host alone stays.
      const hasAll = scheduled.includes('configureTrunk') && scheduled.includes('hostLines');
      return hasAll && over.length === scheduled.length - 1;
    }).toBe(true);
  }

  /**
   * Cancels it, as an operator does, and resolves once it has ended. The server that skips time chokes on the cancellation of
   * an activity that is just completing.
   */
  async stop(): Promise<void> {
    await this.isSettled();
    await this.handle.cancel();
    await this.handle.result().catch(() => undefined);
  }
}

/** Starts the workflow of a trunk; a host keeps its lines until it is cancelled, unless the test says otherwise. */
export async function startTrunk(
  world: World,
  hostLines: () => Promise<void> = hostsUntilCanceled,
): Promise<StartedTrunk> {
  world.script.hostLines = hostLines;
  const trunk = `trunk${uuid().slice(0, 8)}`;
  const handle = await world.start<typeof trunkLines>('trunkLines', {
    workflowId: `trunk-${ORG_ID}-${trunk}`,
    taskQueue: CALLS_QUEUE,
    args: [{ orgId: ORG_ID, trunk }],
  });
  return new StartedTrunk(handle, trunk);
}

/** A host that stays until it is asked to go. */
export const hostsUntilCanceled = async (): Promise<never> => await Context.current().cancelled;

/** Tells a trunk what its host goes by: three agents, of which one is switched off. Resolves once it knows. */
export async function tell(trunk: StartedTrunk, settings: Partial<TrunkSettings> = {}): Promise<void> {
  const before = { callsPerSecond: 5, hours: { a: 'h1', b: 'h1', c: 'h1' }, disabled: ['c'] };
  await trunk.handle.signal('trunkSettings', { ...before, ...settings });
  await trunk.state();
}
