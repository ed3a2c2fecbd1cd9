import { type Request, Router } from 'express';
import { readReason } from '../changing/reason.ts';
import { type ApiDeps, orgHandler } from '../context.ts';
import { readQuery } from '../query.ts';
import { type ListedEndpoint, readListedEndpoint } from '../suppressing/endpoint.ts';
import { startImport, viewImport } from '../suppressing/import.ts';
import { suppress, unsuppress, viewSuppression } from '../suppressing/suppress.ts';

/** `/suppressions`: the organization's do-not-call list. */
export function suppressionRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.post(
    '/import',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      response.status(202).json(await startImport(deps, orgId, request.body));
    }),
  );

  router.get(
    '/imports/:importId',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      response.json(await viewImport(deps, orgId, String(request.params.importId)));
    }),
  );

  router.put(
    '/:endpoint',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      const listed = endpointOf(orgId, request);
      response.json(await suppress(deps, listed, readReason(request)));
    }),
  );

  router.get(
    '/:endpoint',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      response.json(await viewSuppression(deps, endpointOf(orgId, request)));
    }),
  );

  router.delete(
    '/:endpoint',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      const listed = endpointOf(orgId, request);
      await unsuppress(deps, listed);
      response.json({ endpoint: listed.endpoint, suppressed: false });
    }),
  );

  return router;

  function endpointOf(orgId: string, { params }: Request): ListedEndpoint {
    return readListedEndpoint(deps, orgId, String(params.endpoint));
  }
}
