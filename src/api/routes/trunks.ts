import { type Request, Router } from 'express';
import type { TrunkConfig } from '../../config/schema.ts';
import { pauseTrunk, resumeTrunk } from '../changing/pause-trunk.ts';
import { readReason } from '../changing/reason.ts';
import { type ApiDeps, orgHandler } from '../context.ts';
import { notFound } from '../problem.ts';
import { readQuery } from '../query.ts';
import { viewTrunk } from '../reading/trunk-view.ts';

/** `/trunks`: the organization's trunks, and their pausing. */
export function trunkRoutes(deps: ApiDeps): Router {
  const router = Router();
  const trunksOf = (orgId: string): readonly TrunkConfig[] => deps.configuration().trunksOf(orgId);

  router.get(
    '/',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      response.json(await Promise.all(trunksOf(orgId).map((trunk) => viewTrunk(deps, trunk))));
    }),
  );

  // The stop button.
  router.post(
    '/pause',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      const reason = readReason(request) ?? 'all trunks were paused through the API';
      const views = await Promise.all(trunksOf(orgId).map((trunk) => pauseTrunk(deps, trunk, reason)));
      response.status(views.every(({ paused }) => paused) ? 200 : 202).json(views);
    }),
  );

  router.post(
    '/:name/pause',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      const reason = readReason(request) ?? 'paused through the API';
      const view = await pauseTrunk(deps, findTrunk(orgId, request), reason);
      response.status(view.paused ? 200 : 202).json(view);
    }),
  );

  router.post(
    '/:name/resume',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      const view = await resumeTrunk(deps, findTrunk(orgId, request));
      response.status(view.paused ? 202 : 200).json(view);
    }),
  );

  return router;

  function findTrunk(orgId: string, { params }: Request): TrunkConfig {
    const trunk = deps.configuration().trunk(orgId, String(params.name));
    if (trunk === null) throw notFound('such trunk');
    return trunk;
  }
}
