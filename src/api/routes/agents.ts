import { Router } from 'express';
import type { AgentConfig, WebhookConfig } from '../../config/schema.ts';
import type { Disposition, RetryPolicy } from '../../contract/call.ts';
import { withoutCredentials } from '../../webhooks/deliver.ts';
import type { ApiDeps } from '../context.ts';
import { notFound } from '../problem.ts';
import { readQuery } from '../query.ts';

/** `/agents`: the organization's agents as they are configured. */
export function agentRoutes({ configuration }: ApiDeps): Router {
  const router = Router();

  router.get('/', (request, response) => {
    readQuery(request, {});
    const { orgId } = response.locals as { orgId: string };
    response.json(configuration().agents(orgId).map(viewAgent));
  });

  router.get('/:agentId', (request, response) => {
    readQuery(request, {});
    const { orgId } = response.locals as { orgId: string };
    const agent = configuration().agent(orgId, request.params.agentId);
    if (agent === null) throw notFound('such agent');
    response.json(viewAgent(agent));
  });

  return router;
}

function viewAgent(agent: AgentConfig) {
  return {
    agentId: agent.agentId,
    orgId: agent.orgId,
    name: agent.name,
    isEnabled: agent.isEnabled,
    trunk: agent.trunk,
    prompt: agent.prompt,
    requireVariables: agent.requireVariables,
    additionalData: agent.additionalData,
    defaultCountry: agent.defaultCountry,
    timezone: agent.timezone,
    schedule:
      agent.schedule === null ? null : { ...agent.schedule, timezone: agent.schedule.timezone ?? agent.timezone },
    defaultDeadlineSeconds: agent.defaultDeadlineMs / 1_000,
    onVoicemail: agent.onVoicemail,
    retry: {
      maxAttempts: agent.retry.maxAttempts,
      delaysSeconds: Object.fromEntries(
        Object.entries(agent.retry.delaysMs).map(([disposition, delay]) => [disposition, inSeconds(delay)]),
      ),
    },
    webhooks: {
      start: viewWebhook(agent.webhooks.start),
      result: viewWebhook(agent.webhooks.result),
      batch: viewWebhook(agent.webhooks.batch),
    },
    predialWebhook:
      agent.predialWebhook === null
        ? null
        : { ...viewWebhook(agent.predialWebhook), onTimeout: agent.predialWebhook.onTimeout },
    contactRules: agent.contactRules,
    ringTimeoutSeconds: agent.ringTimeoutMs / 1_000,
    maxDurationSeconds: agent.maxDurationMs / 1_000,
  };
}

const inSeconds = (delay: RetryPolicy['delaysMs'][Disposition]): number | number[] | null =>
  delay === null ? null : typeof delay === 'number' ? delay / 1_000 : delay.map((ms) => ms / 1_000);

/** Without headers and secret, and without what of its URL may hold credentials. */
const viewWebhook = (webhook: WebhookConfig | null): { url: string; signed: boolean } | null =>
  webhook === null ? null : { url: withoutCredentials(webhook.url), signed: webhook.secret !== null };
