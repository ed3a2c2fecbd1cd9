import { createHash } from 'node:crypto';
import type { AgentConfig } from '../../config/schema.ts';
import { hashEndpoint } from '../../config/secret.ts';
import type { PageCall } from '../../contract/batch.ts';
import { searchablePair } from '../../contract/search-attributes.ts';
import { maskEndpoint } from '../../domain/mask.ts';
import { priorityKey } from '../../domain/priority.ts';
import type { ApiDeps } from '../context.ts';
import type { ResolvedCall } from './resolve-call.ts';

/** What the workflow of an accepted call is started with. */
export function toPageCall(
  { secret, priorityLevels, configuration }: Pick<ApiDeps, 'secret' | 'priorityLevels' | 'configuration'>,
  agent: AgentConfig,
  { facts, plan, normalizedEndpoint }: ResolvedCall,
  batchId: string | null,
  callId: string,
): PageCall {
  return {
    callId,
    facts: { ...facts, batchId },
    input: {
      endpoint: normalizedEndpoint,
      plan,
      retry: agent.retry,
      onVoicemail: agent.onVoicemail,
      priorityKey: priorityKey(facts.priority, priorityLevels),
      fairnessKey: fairnessKey(facts.additionalData, batchId, agent.agentId),
      longestCallMs: longestCallMs(agent),
      tellsWebhooks: true,
    },
    endpointHash: hashEndpoint(secret, normalizedEndpoint),
    searchable: searchable(facts.additionalData, configuration().organization(facts.orgId)?.searchable ?? []),
    summary: `${agent.agentId} → ${maskEndpoint(facts.endpoint)}`,
  };
}

/** Beyond ringing and talking: the wait for a line and for a turn to dial, in milliseconds. */
const PLACING_MS = 15 * 60_000;

const longestCallMs = ({ ringTimeoutMs, maxDurationMs }: AgentConfig): number =>
  ringTimeoutMs + maxDurationMs + PLACING_MS;

/** Calls of one campaign share a trunk as one, however many requests it was split into. */
function fairnessKey(data: Readonly<Record<string, unknown>> | null, batchId: string | null, agentId: string): string {
  const { campaignId } = data ?? {};
  const isNamed = typeof campaignId === 'number' || (typeof campaignId === 'string' && campaignId !== '');
  const key = isNamed ? String(campaignId) : (batchId ?? agentId);
  // Temporal takes 64 bytes of well-formed UTF-8.
  const isTaken = Buffer.byteLength(key) <= 64 && Buffer.from(key).toString() === key;
  return isTaken ? key : createHash('sha256').update(key).digest('base64url');
}

const searchable = (data: Readonly<Record<string, unknown>> | null, keys: readonly string[]): string[] =>
  keys.flatMap((key) => searchablePair(key, data?.[key]) ?? []);
