import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  isGrpcServiceError,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
} from '@temporalio/client';
import {
  type ContactAnswer,
  type ContactMemo,
  type ContactRef,
  type ContactRelease,
  type ContactRequest,
  startContactOptions,
  startSuppressionListOptions,
  type Suppression,
} from '../contract/contact.ts';
import { contactWorkflowId, suppressionListId } from '../contract/ids.ts';
import { requestContactUpdate, suppressContactUpdate, unsuppressContactUpdate } from '../contract/messages.ts';
import { describeWorkflow } from './describe-workflow.ts';

/** gRPC's code for an update whose workflow task failed. */
const FAILED_PRECONDITION = 9;

/** How long to wait before an update is sent again that met the end of a run, in milliseconds. */
const AGAIN_MS = 20;

/** How often it is: so often in a row no run ends but by a fault. */
const TRIES = 10;

/** The workflows of phone numbers and of do-not-call lists. All throw `ServiceError` when Temporal cannot be asked. */
export class ContactWorkflows {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Asks for a number on behalf of an attempt. */
  async request(contact: ContactRef, request: ContactRequest): Promise<ContactAnswer> {
    return await whicheverRun(() =>
      this.#client.workflow.executeUpdateWithStart(requestContactUpdate, {
        startWorkflowOperation: startOperation(contact),
        args: [request],
      }),
    );
  }

  /** Tells a number that an attempt is over; one that nobody knows any more is free. */
  async release({ orgId, hash }: ContactRef, release: ContactRelease): Promise<void> {
    try {
      const handle = this.#client.workflow.getHandle(contactWorkflowId(orgId, hash));
      await handle.signal<[ContactRelease]>('releaseContact', release);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  /** Puts a number on the do-not-call list of its organization, which is to be there: see {@link startList}. */
  async suppress(contact: ContactRef, reason: string | null): Promise<Suppression> {
    return await whicheverRun(() =>
      this.#client.workflow.executeUpdateWithStart(suppressContactUpdate, {
        startWorkflowOperation: startOperation(contact),
        args: [{ reason }],
      }),
    );
  }

  /** Takes a number off the list; false where it is not on it. */
  async unsuppress({ orgId, hash }: ContactRef): Promise<boolean> {
    const handle = this.#client.workflow.getHandle(contactWorkflowId(orgId, hash));
    return await whicheverRun(() =>
      handle.executeUpdate(unsuppressContactUpdate).catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }),
    );
  }

  /** Why and since when a number is not to be called; null for one that may be. No worker is asked. */
  async suppression({ orgId, hash }: ContactRef): Promise<Suppression | null> {
    const found = await describeWorkflow(this.#client, contactWorkflowId(orgId, hash));
    if (found?.status.name !== 'RUNNING') return null;
    return ((found.memo ?? {}) as Partial<ContactMemo>).suppression ?? null;
  }

  /** Since when an organization has a do-not-call list; null where it never had one. One that was terminated counts. */
  async listedSince(orgId: string): Promise<Date | null> {
    return (await describeWorkflow(this.#client, suppressionListId(orgId)))?.startTime ?? null;
  }

  /** Makes sure that an organization has a do-not-call list. */
  async startList(orgId: string): Promise<void> {
    await this.#client.workflow.start('suppressionList', startSuppressionListOptions(orgId));
  }
}

const startOperation = (contact: ContactRef) =>
  new WithStartWorkflowOperation('contactPolicy', startContactOptions(contact));

/**
 * Sends an update until a run takes it. One that is about to end when something else reaches it has its task failed by the
 * server, and with it the updates of that task, of which none was applied.
 */
async function whicheverRun<T>(update: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await update();
    } catch (error) {
      if (tries === TRIES || !hasMetAnEnd(error)) throw error;
      await sleep(AGAIN_MS);
    }
  }
}

function hasMetAnEnd(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && (cause.code as number) === FAILED_PRECONDITION;
}
