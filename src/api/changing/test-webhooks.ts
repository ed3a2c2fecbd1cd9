import { v4 as uuid } from 'uuid';
import type { AgentConfig } from '../../config/schema.ts';
import type { Tried, WebhookEvent, WebhookKind } from '../../contract/webhook.ts';
import { toInstant } from '../../domain/instant.ts';
import { batchEvent, endEvent, startEvent } from '../../domain/webhook-events.ts';
import { tryDelivery } from '../../webhooks/deliver.ts';
import type { ApiDeps } from '../context.ts';
import { conflict } from '../problem.ts';

/** What came of a sample that one of an agent's webhooks was sent. */
export interface WebhookTest {
  readonly kind: WebhookKind;
  readonly delivered: boolean;
  readonly url: string;
  readonly statusCode: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}

/**
 * Sends each of an agent's webhooks a sample of what it is told, of a call that there never was.
 *
 * @throws Problem 409 for an agent without webhooks
 */
export async function testWebhooks({ configuration }: ApiDeps, agent: AgentConfig): Promise<WebhookTest[]> {
  const events = samples(agent).filter(({ kind }) => agent.webhooks[kind] !== null);
  if (events.length === 0) throw conflict('The agent has no webhooks: set its `webhooks`.');
  const tests = await Promise.all(
    events.map(async (event) => toTest(event.kind, await tryDelivery(configuration(), event))),
  );
  return tests.flat();
}

/** Its webhook may have been taken away in this very moment. */
function toTest(kind: WebhookKind, tried: Tried): WebhookTest[] {
  if (tried.verdict === 'nobody') return [];
  const { url, statusCode, error, durationMs } = tried.attempt;
  return [{ kind, delivered: tried.verdict === 'delivered', url, statusCode, error, durationMs }];
}

function samples({ orgId, agentId }: AgentConfig): WebhookEvent[] {
  const id = `test-${uuid()}`;
  const now = toInstant(Date.now());
  const call = { orgId, agentId, endpoint: '+15551230001', additionalData: { sample: true } };
  return [
    startEvent(id, call, 1),
    endEvent(id, call, {
      status: 'Completed',
      reason: null,
      createdTime: now,
      completedTime: now,
      durationSeconds: 42,
      transcription: 'A sample: nobody was called.',
      result: { finishReason: 'answered', postCallAnalysis: null },
      errorMessage: null,
    }),
    batchEvent({
      status: 'Completed',
      batchId: id,
      batchName: 'sample',
      orgId,
      agentId,
      createdTime: now,
      completedTime: now,
      total: 1,
      counts: { Completed: 1, Failed: 0, Canceled: 0 },
    }),
  ];
}
