import { Router } from 'express';
import { z } from 'zod';
import { type ApiDeps, orgHandler } from '../context.ts';
import { readQuery, wholeNumber } from '../query.ts';
import { listBatches } from '../reading/batches/list-batches.ts';
import { viewBatch } from '../reading/batches/batch-view.ts';
import { checkReach, MOST_SKIPPED } from '../reading/lists/paged-list.ts';

/** `/batches`: the calls of one request together. */
export function batchRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.get(
    '/',
    orgHandler(deps, async ({ orgId, request, response }) => {
      const page = readQuery(request, {
        skip: wholeNumber(0, MOST_SKIPPED, 0),
        take: wholeNumber(1, 1_000, 20),
        cursor: z.string().optional(),
      });
      checkReach(page, { skip: 'skip', take: 'take' });
      const { rows, total, nextCursor } = await listBatches(deps, orgId, page);
      response.json({ batches: rows, total, nextCursor });
    }),
  );

  router.get(
    '/:batchId',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      response.json(await viewBatch(deps, orgId, String(request.params.batchId)));
    }),
  );

  return router;
}
