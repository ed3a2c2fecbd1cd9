import { Router } from 'express';
import { z } from 'zod';
import { type ApiDeps, orgHandler } from '../context.ts';
import { callStatus, dateTime, name, readQuery, repeatable, wholeNumber } from '../query.ts';
import { listCalls } from '../reading/lists/list-calls.ts';
import { checkReach, MOST_SKIPPED } from '../reading/lists/paged-list.ts';

/** `/calls/queue/list`: calls that wait, run or have ended. */
export function callListRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.get(
    '/queue/list',
    orgHandler(deps, async ({ orgId, request, response }) => {
      const { skip, take, cursor, agentId, status, ...filter } = readQuery(request, {
        skip: wholeNumber(0, MOST_SKIPPED, 0),
        take: wholeNumber(1, 1_000, 20),
        cursor: z.string().optional(),
        agentId: repeatable(name),
        batchId: name.optional(),
        status: repeatable(callStatus),
        fromDate: dateTime.optional(),
        toDate: dateTime.optional(),
      });
      const page = { skip, take, cursor };
      checkReach(page, { skip: 'skip', take: 'take' });
      const list = await listCalls(deps, { orgId, ...filter, agentIds: agentId, statuses: status }, page);
      response.json({
        calls: list.rows.map(({ call }) => call),
        total: list.total,
        nextCursor: list.nextCursor,
      });
    }),
  );

  return router;
}
