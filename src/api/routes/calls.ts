import { type Request, Router } from 'express';
import { acceptBatch, acceptCall } from '../accepting/accept-calls.ts';
import { summarizeAccepted, viewCall } from '../reading/call-view.ts';
import { cancelCall } from '../changing/cancel-call.ts';
import { readEditBody } from '../changing/edit-body.ts';
import { editCall } from '../changing/edit-call.ts';
import { type ApiDeps, orgHandler } from '../context.ts';
import { badRequest } from '../problem.ts';
import { flag, name, readQuery } from '../query.ts';
import { agentFor, readCalls, readOneCall } from '../accepting/read-calls.ts';

/** `/calls`: accepting, reading and cancelling calls. */
export function callRoutes(deps: ApiDeps): Router {
  const { configuration } = deps;
  const router = Router();

  router.post(
    '/bulk',
    orgHandler(deps, async ({ orgId, request, response }) => {
      refuseIdempotencyKey(request);
      const { agentId } = readQuery(request, { agentId: name.optional() });
      const agent = agentFor(deps, orgId, agentId);
      const resolved = readCalls(request.body, { configuration: configuration(), agent, now: Date.now() });
      const { batchId, calls } = await acceptBatch(deps, agent, resolved);
      const infeasible = calls.filter(({ facts, input }) => input.plan.at >= facts.callDeadline).length;
      response
        .status(201)
        .location(`/api/v1/batches/${batchId}`)
        .set('X-Outdial-Infeasible', String(infeasible))
        .json(calls.map(summarizeAccepted));
    }),
  );

  router.post(
    '/',
    orgHandler(deps, async ({ orgId, request, response }) => {
      refuseIdempotencyKey(request);
      const { agentId } = readQuery(request, { agentId: name.optional() });
      const agent = agentFor(deps, orgId, agentId);
      const resolved = readOneCall(request.body, { configuration: configuration(), agent, now: Date.now() });
      const accepted = await acceptCall(deps, agent, resolved);
      response.status(201).location(`/api/v1/calls/${accepted.callId}`).json(summarizeAccepted(accepted));
    }),
  );

  router.get(
    '/:callId',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      response.json(await viewCall(deps, orgId, String(request.params.callId)));
    }),
  );

  router.patch(
    '/:callId',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      const edit = readEditBody(request.body);
      response.json(await editCall(deps, orgId, String(request.params.callId), edit));
    }),
  );

  router.delete(
    '/:callId',
    orgHandler(deps, async ({ orgId, request, response }) => {
      const { hangup } = readQuery(request, { hangup: flag });
      const call = await cancelCall(deps, orgId, String(request.params.callId), hangup);
      // 202: asked for, and not over yet.
      response.status(call.completedTime === null && call.status !== 'Canceled' ? 202 : 200).json(call);
    }),
  );

  return router;
}

/** Who sends a key relies on it: better no call than two. */
function refuseIdempotencyKey(request: Request): void {
  if (request.get('idempotency-key') === undefined) return;
  throw badRequest('`Idempotency-Key` is not supported by this version yet: send the request without it.');
}
