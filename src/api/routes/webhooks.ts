import { type Request, Router } from 'express';
import { redeliver } from '../changing/redeliver.ts';
import { testWebhooks } from '../changing/test-webhooks.ts';
import { type ApiDeps, orgHandler } from '../context.ts';
import { notFound } from '../problem.ts';
import { name, readQuery } from '../query.ts';
import { viewCall } from '../reading/call-view.ts';
import { listDeliveries } from '../reading/webhooks/deliveries.ts';

/** `/calls/{callId}/webhooks`: what a call's webhooks were told. */
export function callWebhookRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.get(
    '/:callId/webhooks',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      response.json(await listDeliveries(deps, await viewCall(deps, orgId, callIdOf(request))));
    }),
  );

  router.post(
    '/:callId/webhooks/:event/redeliver',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      response.status(202).json(await redeliver(deps, orgId, callIdOf(request), String(request.params.event)));
    }),
  );

  return router;
}

const callIdOf = ({ params }: Request): string => String(params.callId);

/** `/webhooks`: trying an agent's out. */
export function webhookRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.post(
    '/test',
    orgHandler(deps, async ({ orgId, request, response }) => {
      const { agentId } = readQuery(request, { agentId: name });
      const agent = deps.configuration().agent(orgId, agentId);
      if (agent === null) throw notFound('such agent');
      response.json(await testWebhooks(deps, agent));
    }),
  );

  return router;
}
