import { Router } from 'express';
import { type ApiDeps, orgHandler } from '../context.ts';
import { readQuery } from '../query.ts';
import { listCalls } from '../reading/lists/list-calls.ts';
import { checkReach } from '../reading/lists/paged-list.ts';
import { countByStatus } from '../reading/search/aggregations.ts';
import { viewResults } from '../reading/search/call-result.ts';
import { readSearch } from '../reading/search/search-body.ts';

/** `/callresults`: searching calls, and what became of them. */
export function callResultRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.post(
    '/search',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      const searchable = deps.configuration().organization(orgId)?.searchable ?? [];
      const { page, size, cursor, includeAggregations, ...search } = readSearch(request.body, searchable);
      const range = { skip: page * size, take: size, cursor };
      checkReach(range, { skip: 'page', take: 'size' });
      const filter = { orgId, ...search.filter };
      const [list, aggregations] = await Promise.all([
        listCalls(deps, filter, range),
        includeAggregations ? countByStatus(deps, filter) : null,
      ]);
      response.json({
        results: await viewResults(deps, list.rows),
        totalCount: list.total,
        totalPages: Math.ceil(list.total / size),
        nextCursor: list.nextCursor,
        aggregations,
      });
    }),
  );

  return router;
}
