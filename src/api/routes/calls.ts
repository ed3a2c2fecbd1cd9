import { Router } from 'express';
import { z } from 'zod';
import { CALL_STATUSES } from '../../contract/call.ts';
import { viewCall } from '../reading/call-view.ts';
import { cancelCall } from '../changing/cancel-call.ts';
import { type ApiDeps, orgHandler } from '../context.ts';
import { listCalls } from '../reading/list-calls.ts';
import { badRequest } from '../problem.ts';
import { dateTime, flag, name, readQuery, repeatable, wholeNumber } from '../query.ts';
import { acceptRoutes } from './accepting.ts';

/** How far a list can be skipped into: each thousand rows costs Temporal 0.2 s. */
const MOST_ROWS = 10_000;

/** `/calls`: accepting, reading, listing and cancelling calls. */
export function callRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.use(acceptRoutes(deps));

  router.get(
    '/queue/list',
    orgHandler(deps, async ({ orgId, request, response }) => {
      const { skip, take, status, agentId, ...filter } = readQuery(request, {
        skip: wholeNumber(0, MOST_ROWS, 0),
        take: wholeNumber(1, 1_000, 20),
        agentId: repeatable(name),
        batchId: name.optional(),
        status: repeatable(z.enum(CALL_STATUSES, `expected one of ${CALL_STATUSES.join(', ')}`)),
        fromDate: dateTime.optional(),
        toDate: dateTime.optional(),
      });
      if (skip + take > MOST_ROWS) throw badRequest(`\`skip\` and \`take\` reach at most ${MOST_ROWS} rows.`);
      response.json(await listCalls(deps, { orgId, ...filter, agentIds: agentId, statuses: status }, { skip, take }));
    }),
  );

  router.get(
    '/:callId',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      response.json(await viewCall(deps, orgId, String(request.params.callId)));
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
