import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import { activityInfo } from '@temporalio/activity';
import { getCallQuery, type AnsweredSignal, type DialingSignal } from '../contract/messages.ts';
import type { DialedVia, PlaceCallInput } from '../contract/placement.ts';

/** How a call under way is to be stopped. */
export interface Wishes {
  /** End it, unless a person is talking. */
  readonly cancel: boolean;
  /** End it, whoever is talking. */
  readonly hangup: boolean;
}

/** The workflow of the call that an activity works for. */
export class CallWorkflow {
  readonly callId: string;
  readonly #runId: string;
  readonly #client: Client;
  readonly #run: WorkflowHandle;

  /** Of the activity under way. */
  constructor(client: Client) {
    const { workflowExecution } = activityInfo();
    if (workflowExecution === undefined) throw new Error('Expected an activity of a workflow');
    this.callId = workflowExecution.workflowId;
    this.#runId = workflowExecution.runId;
    this.#client = client;
    this.#run = client.workflow.getHandle(this.callId, this.#runId);
  }

  /** Whether an operator has reset the call: then this attempt may have been dialed in an earlier run. */
  wasReset(input: PlaceCallInput): boolean {
    return this.#runId !== input.firstRunId;
  }

  /** Tells it that its attempt is about to be dialed; resolves once that is durable. */
  async dialing({ placement, attempt }: PlaceCallInput, time: string, via: DialedVia | null = null): Promise<void> {
    await this.#run.signal<[DialingSignal]>('dialing', { placement, attempt, time, via });
  }

  /** Tells it that somebody has answered. */
  async answered({ placement, attempt }: PlaceCallInput, time: string): Promise<void> {
    await this.#run.signal<[AnsweredSignal]>('answered', { placement, attempt, time });
  }

  /** What is asked of the call under way. */
  async wishes(): Promise<Wishes> {
    const { cancelRequested, hangupRequested } = await this.#run.query(getCallQuery);
    return { cancel: cancelRequested, hangup: hangupRequested };
  }

  /** Whether nothing will ever ask for the call again: terminated, say. One that was reset goes on in another run. */
  async isGone(): Promise<boolean> {
    return !(await isCallOpen(this.#client, this.callId));
  }

  /** Whether the server still counts this very activity as the one at work. */
  async isOurs(): Promise<boolean> {
    const { activityId, attempt } = activityInfo();
    const { raw } = await this.#run.describe();
    return raw.pendingActivities?.some((one) => one.activityId === activityId && one.attempt === attempt) ?? false;
  }
}

/** Whether the workflow of a call is open, in whatever run. */
export async function isCallOpen(client: Client, callId: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(callId).describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** For what is told to a workflow that may be gone. */
export function ignoreNotFound(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
