import { Router } from 'express';
import { type ApiDeps, orgHandler } from '../context.ts';
import { readQuery } from '../query.ts';
import { viewTrunk } from '../reading/trunk-view.ts';

/** `/misc`: figures of the organization. */
export function miscRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.get(
    '/concurrency',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      const trunks = await Promise.all(
        deps
          .configuration()
          .trunksOf(orgId)
          .map((trunk) => viewTrunk(deps, trunk)),
      );
      response.json({
        active: trunks.reduce((sum, { busy }) => sum + busy, 0),
        concurrency: trunks.reduce((sum, { lines }) => sum + lines, 0),
      });
    }),
  );

  return router;
}
