import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { acceptBatch } from '../accepting/accept-batch.ts';
import { acceptCall } from '../accepting/accept-call.ts';
import { answerCall, answerTried, countHeaders, writeArray } from '../accepting/answers.ts';
import { tryCall, tryCalls } from '../accepting/dry-run.ts';
import { type ApiDeps, orgHandler } from '../context.ts';
import { badRequest } from '../problem.ts';
import { flag, name, readQuery } from '../query.ts';

const query = {
  agentId: z.string('expected the agent that calls: `?agentId=…`').pipe(name),
  dryRun: flag,
};

/** What people call a batch. */
const batchName = z
  .string('expected one name')
  .regex(/^(?=.*\S)[^\p{Cc}]{1,100}$/u, 'expected 1 to 100 characters, not all of them spaces');

/** `POST /calls` and `POST /calls/bulk`. */
export function acceptRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.post(
    '/bulk',
    orgHandler(deps, async ({ orgId, request, response }) => {
      refuseIdempotencyKey(request);
      const asked = readQuery(request, { ...query, batchName: batchName.optional() });
      const bulk = { orgId, agentId: asked.agentId, batchName: asked.batchName ?? null, body: request.body as unknown };
      if (asked.dryRun) {
        const calls = await tryCalls(deps, bulk);
        sendJson(response.status(200).set(countHeaders(calls)), await writeArray(calls, answerTried));
        return;
      }
      const { batchId, counts, json } = await acceptBatch(deps, bulk);
      sendJson(response.status(201).location(`/api/v1/batches/${batchId}`).set(counts), json);
    }),
  );

  router.post(
    '/',
    orgHandler(deps, async ({ orgId, request, response }) => {
      refuseIdempotencyKey(request);
      const { agentId, dryRun } = readQuery(request, query);
      const one = { orgId, agentId, body: request.body as unknown };
      if (dryRun) {
        response.status(200).json(answerTried(tryCall(deps, one)));
        return;
      }
      const call = await acceptCall(deps, one);
      response.status(201).location(`/api/v1/calls/${call.callId}`).json(answerCall(call));
    }),
  );

  return router;
}

/** @param json written already */
const sendJson = (response: Response, json: string): Response => response.type('application/json').send(json);

/** Who sends a key relies on it: better no call than two. */
function refuseIdempotencyKey(request: Request): void {
  if (request.get('idempotency-key') === undefined) return;
  throw badRequest('`Idempotency-Key` is not supported by this version yet: send the request without it.');
}
