import type { Client } from '@temporalio/client';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import type { PriorityLevels } from '../config/environment.ts';
import type { DialerEvents } from '../temporal/dialer-events.ts';
import type { TrunkQueues } from '../temporal/trunk-queues.ts';

/** What the API works with. */
export interface ApiDeps {
  readonly client: Client;
  readonly queues: TrunkQueues;
  readonly log: Logger;
  /** Under which endpoints are hashed, and tokens made. */
  readonly secret: string;
  readonly events: DialerEvents;
  /** Where the API can be reached from outside, without a slash at the end. */
  readonly publicUrl: string;
  readonly priorityLevels: PriorityLevels;
  readonly configuration: () => Configuration;
  /** Temporal's Web UI, without a slash at the end; null where it is not known. */
  readonly webUi: string | null;
  /** How long one step of a request may take, in milliseconds. @default TEMPORAL_TIMEOUT_MS */
  readonly stepTimeoutMs?: number;
  /** What is wrong with Temporal's set-up, a line each. */
  readonly temporalProblems: () => Promise<readonly string[]>;
}

/** A request of a known organization. */
export interface OrgRequest {
  readonly orgId: string;
  readonly request: Request;
  readonly response: Response;
}

/**
 * How long Temporal has to answer all that one request asks of it, in milliseconds: then the answer is 503, on its way
 * within 5 s even on a machine that is busy.
 */
export const TEMPORAL_TIMEOUT_MS = 3_500;

/** A handler for an authenticated request, whose calls to Temporal end in time. */
export const orgHandler =
  ({ client }: ApiDeps, handle: (request: OrgRequest) => Promise<void>): RequestHandler =>
  async (request, response) => {
    const { orgId } = response.locals as { orgId: string };
    await client.withDeadline(Date.now() + TEMPORAL_TIMEOUT_MS, () => handle({ orgId, request, response }));
  };

/** One step of a request that has several: it has the whole time, so that a large request is not given up for its size. */
export const step = <T>({ client, stepTimeoutMs = TEMPORAL_TIMEOUT_MS }: ApiDeps, ask: () => Promise<T>): Promise<T> =>
  client.withDeadline(Date.now() + stepTimeoutMs, ask);
