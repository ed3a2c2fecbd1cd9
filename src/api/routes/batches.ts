import { type Request, type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { cancelBatch, type ControlledBatch, pauseBatch, resumeBatch } from '../changing/control-batch.ts';
import { readReason } from '../changing/reason.ts';
import { type ApiDeps, orgHandler } from '../context.ts';
import { notFound, Problem } from '../problem.ts';
import { readQuery, wholeNumber } from '../query.ts';
import { findBatch } from '../reading/batch-record.ts';
import { listBatches } from '../reading/batches/list-batches.ts';
import type { BatchStatus } from '../reading/batches/batch-status.ts';
import { findBatchView } from '../reading/batches/batch-view.ts';
import { checkReach, MOST_SKIPPED } from '../reading/lists/paged-list.ts';
import { readBatchResults } from '../reading/results/batch-results.ts';
import { CSV, NDJSON, type ResultFormat } from '../reading/results/formats.ts';
import { streamRows } from '../reading/results/stream.ts';

/** `/batches`: the calls of one request together. */
export function batchRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.get(
    '/',
    orgHandler(deps, async ({ orgId, request, response }) => {
      const page = readQuery(request, {
        skip: wholeNumber(0, MOST_SKIPPED, 0),
        // Their calls are counted.
        take: wholeNumber(1, 100, 20),
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
      response.json(await findBatchView(deps, orgId, String(request.params.batchId)));
    }),
  );

  router.get(
    '/:batchId/results',
    orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      const format = formatFor(request);
      const batch = await findBatch(deps, orgId, String(request.params.batchId));
      if (batch === null) throw notFound('such batch');
      await streamRows(response, format, (signal) => readBatchResults(deps, batch, signal));
    }),
  );

  router.delete(
    '/:batchId',
    control(['Canceled'], (orgId, batchId, reason) =>
      cancelBatch(deps, orgId, batchId, reason ?? 'canceled through the API'),
    ),
  );
  router.post(
    '/:batchId/pause',
    control(['Paused'], (orgId, batchId, reason) =>
      pauseBatch(deps, orgId, batchId, reason ?? 'paused through the API'),
    ),
  );
  router.post(
    '/:batchId/resume',
    control(['Starting', 'Running', 'Completed'], (orgId, batchId) => resumeBatch(deps, orgId, batchId)),
  );

  return router;

  /** 202 where what was asked for is not so yet. */
  function control(
    status: readonly BatchStatus[],
    ask: (orgId: string, batchId: string, reason: string | null) => Promise<ControlledBatch>,
  ): RequestHandler {
    return orgHandler(deps, async ({ orgId, request, response }) => {
      readQuery(request, {});
      const batch = await ask(orgId, String(request.params.batchId), readReason(request));
      response.status(status.includes(batch.status) ? 200 : 202).json(batch);
    });
  }
}

/** @throws Problem 406 for a client that takes neither */
function formatFor(request: Request): ResultFormat {
  switch (request.accepts(['application/x-ndjson', 'text/csv'])) {
    case 'application/x-ndjson':
      return NDJSON;
    case 'text/csv':
      return CSV;
    default:
      throw new Problem(406, 'Not acceptable', 'Results come as `application/x-ndjson` or as `text/csv`.');
  }
}
