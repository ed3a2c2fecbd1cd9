import { createHash } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { v4 as uuid } from 'uuid';
import {
  type ContactAnswer,
  type ContactRecord,
  type ContactRef,
  type ContactRules,
  startSuppressionListOptions,
} from '../../src/contract/contact.ts';
import { attemptIdentity, contactWorkflowId } from '../../src/contract/ids.ts';
import { getContactQuery } from '../../src/contract/messages.ts';
import { type PackedNumber, startImportOptions } from '../../src/contract/suppression-import.ts';
import { ContactWorkflows } from '../../src/temporal/contact-workflows.ts';
import { HOUR, ORG_ID } from './requests.ts';
import { eventually, type World } from './world.ts';

export const NO_LIMITS: ContactRules = { maxAttemptsPerDay: null, maxAttemptsPerWeek: null };

export const aDay = (maxAttemptsPerDay: number): ContactRules => ({ ...NO_LIMITS, maxAttemptsPerDay });

/** A phone number's workflow, asked as dials and the API ask it. */
export class Contact {
  readonly ref: ContactRef = { orgId: ORG_ID, hash: hashOf(uuid()), masked: '+1555•••0001' };
  readonly workflows: ContactWorkflows;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    this.workflows = new ContactWorkflows(world.client);
    world.watch(this.workflowId);
  }

  get workflowId(): string {
    return contactWorkflowId(this.ref.orgId, this.ref.hash);
  }

  get handle(): WorkflowHandle {
    return this.#world.client.workflow.getHandle(this.workflowId);
  }

  async ask(identity: string, rules = NO_LIMITS, leaseMs = HOUR): Promise<ContactAnswer> {
    return await this.workflows.request(this.ref, { identity, rules, leaseMs });
  }

  async release(identity: string, dialed = true): Promise<void> {
    await this.workflows.release(this.ref, { identity, dialed });
  }

  async record(): Promise<ContactRecord> {
    return await this.handle.query(getContactQuery);
  }

  async statusName(): Promise<string> {
    return (await this.handle.describe()).status.name;
  }

  /** Whether it has ended by itself, within a moment. */
  async ends(): Promise<void> {
    await eventually(() => this.statusName()).toBe('COMPLETED');
  }
}

/** An attempt of a call of its own. */
export const anAttempt = (callId: string = uuid()): string => attemptIdentity(callId, 1);

/** The workflow that says that an organization has a do-not-call list. */
export const startList = (world: World): Promise<WorkflowHandle> =>
  world.start('suppressionList', startSuppressionListOptions(`org${uuid().slice(0, 8)}`));

/** An import of so many numbers, every second one with a reason. */
export const startImport = (world: World, total: number): Promise<WorkflowHandle> => {
  const numbers = Array.from({ length: total }, (_, index): PackedNumber => [
    hashOf(`${index}`),
    '+1555•••0001',
    index % 2 === 0 ? 0 : null,
  ]);
  return world.start('suppressionImport', startImportOptions(uuid(), { orgId: ORG_ID, reasons: ['asked'], numbers }));
};

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
