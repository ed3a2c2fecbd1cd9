import { Router } from 'express';
import { viewCall } from '../reading/call-view.ts';
import { cancelCall } from '../changing/cancel-call.ts';
import { readEditBody } from '../changing/edit-body.ts';
import { editCall } from '../changing/edit-call.ts';
import { type ApiDeps, orgHandler } from '../context.ts';
import { flag, readQuery } from '../query.ts';
import { acceptRoutes } from './accepting.ts';

/** `/calls`: accepting, reading and cancelling calls. */
export function callRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.use(acceptRoutes(deps));

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
