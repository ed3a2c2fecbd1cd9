import type { WorkflowHandle } from '@temporalio/client';
import type { World } from '../workflows/world.ts';

/** Runs to its end what is to be recorded, and names the workflows whose histories tell of it. */
export type Scenario = (world: World) => Promise<Record<string, WorkflowHandle>>;
